import { nextAuth } from "#lib/next/next-auth.ts";

export const GET = nextAuth;
export const POST = nextAuth;
