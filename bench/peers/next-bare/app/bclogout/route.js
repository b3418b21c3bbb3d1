/** A route handler with jose, nothing else. */
import { receive } from "../../../bare-checks.js";

export const dynamic = "force-dynamic";

export async function POST(request) {
  const status = await receive(await request.text());
  return new Response(null, { status, headers: { "cache-control": "no-store" } });
}
