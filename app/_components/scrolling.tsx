import type { ReactNode } from "react";

interface ScrollingProps {
  /** Name for screen readers. */
  label: string;
  id?: string;
  children: ReactNode;
}

/** Text that may be longer than its box: a token, a request. */
export function Scrolling({ label, children, ...attributes }: ScrollingProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it the keyboard cannot scroll
    <section className="token" aria-label={label} tabIndex={0} {...attributes}>
      {children}
    </section>
  );
}
