/** The pages in docs/checking/checks, one for each check: the reports show them beside the verdict. */
import { readFileSync } from "node:fs";

export const guideFolder = new URL("../../../docs/checking/checks/", import.meta.url);

/** Paragraphs of plain Markdown, with absolute links only. */
export interface Guide {
  /** The property under test, and how it is tested. */
  proves: string;
  /** The effect of a failure on users and apps. */
  impact: string;
  /** What to change at the OP. */
  fix: string;
}

/** The headings of a page's sections, in page order. */
export const sections: Readonly<Record<keyof Guide, string>> = {
  proves: "What it proves",
  impact: "Impact",
  fix: "How to fix it",
};

/** Reads the page of a check.
 * @param id as in the catalogue, for example `R-01`
 * @returns undefined if there is no such page */
export function guideOf(id: string): Guide | undefined {
  const page = pageOf(id);
  return page === undefined ? undefined : textsOf(page);
}

/** The three texts of a page; a missing section is empty. */
export function textsOf(page: string): Guide {
  const texts = new Map<string, string>();
  for (const section of page.split(/^## /m).slice(1)) {
    const [heading = "", ...lines] = section.split("\n");
    texts.set(heading.trim(), lines.join("\n").trim());
  }
  const text = (heading: string) => texts.get(heading) ?? "";
  return { proves: text(sections.proves), impact: text(sections.impact), fix: text(sections.fix) };
}

function pageOf(id: string): string | undefined {
  try {
    return readFileSync(new URL(`${id}.md`, guideFolder), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
