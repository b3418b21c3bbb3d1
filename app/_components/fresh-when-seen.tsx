"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** Has the page rendered anew when its tab is looked at again: what happened in another tab shows then. */
export function FreshWhenSeen() {
  const router = useRouter();
  useEffect(() => {
    const onVisible = () => {
      if (!document.hidden) router.refresh();
    };
    document.addEventListener("visibilitychange", onVisible);
    return () => document.removeEventListener("visibilitychange", onVisible);
  }, [router]);
  return null;
}
