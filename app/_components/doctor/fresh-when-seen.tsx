"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** Refreshes the page when its tab becomes visible again, to show what happened in another tab. */
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
