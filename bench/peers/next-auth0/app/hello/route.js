/** An app needs a route; the logout tokens are the proxy's. */
export const GET = () => new Response("hello");
