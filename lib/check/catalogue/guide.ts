/** What stands in docs/checking/checks of a check: one page for each, which the reports show beside the verdict. */
import { readFileSync } from "node:fs";

/** Where the pages are. */
export const guideFolder = new URL("../../../docs/checking/checks/", import.meta.url);

/** Paragraphs of plain Markdown, with absolute links only. */
export interface Guide {
  /** Which property is tried, and how. */
  proves: string;
  /** What a failure means for users and for apps. */
  means: string;
  /** What to change at the OP. */
  mend: string;
}

/** The heading of each section of a page, in the order in which they stand there. */
export const sections: Readonly<Record<keyof Guide, string>> = {
  proves: "What it proves",
  means: "What a failure means",
  mend: "How to mend it",
};

/** Reads the page of a check.
 * @param id as in the catalogue, for example `R-01`
 * @returns undefined where there is no such page */
export function guideOf(id: string): Guide | undefined {
  const page = pageOf(id);
  return page === undefined ? undefined : textsOf(page);
}

/** The three texts of a page; a section that it lacks is empty. */
export function textsOf(page: string): Guide {
  const texts = new Map<string, string>();
  for (const section of page.split(/^## /m).slice(1)) {
    const [heading = "", ...lines] = section.split("\n");
    texts.set(heading.trim(), lines.join("\n").trim());
  }
  const text = (heading: string) => texts.get(heading) ?? "";
  return { proves: text(sections.proves), means: text(sections.means), mend: text(sections.mend) };
}

function pageOf(id: string): string | undefined {
  try {
    return readFileSync(new URL(`${id}.md`, guideFolder), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
