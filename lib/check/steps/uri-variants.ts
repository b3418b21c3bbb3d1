/** URIs that a lenient comparison takes for the registered one. */

/** @param registered with a path of at least one letter
 * @param others ports of other clients, whose URIs are not almost but exactly registered
 * @returns the URIs by description */
export function almostRegistered(registered: string, others: readonly number[] = []): Record<string, string> {
  const { protocol, hostname, port, host, pathname } = new URL(registered);
  const above = [1, 2, 3, 4, 5, 6, 7, 8].map((more) => ((Number(port) + more) % 65_535) + 1);
  const anotherPort = above.find((each) => !others.includes(each)) ?? 1;
  const otherProtocol = protocol === "http:" ? "https:" : "http:";
  return {
    "a slash at the end": `${registered}/`,
    "a path in capitals": `${protocol}//${host}${pathname.toUpperCase()}`,
    "a host in capitals": `${protocol}//${hostname.toUpperCase()}:${port}${pathname}`,
    "a path below": `${registered}/below`,
    "a longer last word": `${registered}ed`,
    "a shorter path": registered.slice(0, -1),
    "up and down again": `${protocol}//${host}/elsewhere/..${pathname}`,
    "an encoded letter": `${protocol}//${host}/%${pathname.charCodeAt(1).toString(16)}${pathname.slice(2)}`,
    "an encoded slash": `${protocol}//${host}/elsewhere%2f..${pathname}`,
    "two slashes": `${protocol}//${host}/${pathname}`,
    "the host as user name": `${protocol}//${host}@attacker.example${pathname}`,
    "a user name": `${protocol}//attacker@${host}${pathname}`,
    "a host below": `${protocol}//sub.${host}${pathname}`,
    "a host with a suffix": `${protocol}//${hostname}.attacker.example:${port}${pathname}`,
    "a host with a prefix": `${protocol}//attacker${host}${pathname}`,
    "another port": `${protocol}//${hostname}:${anotherPort}${pathname}`,
    "no port": `${protocol}//${hostname}${pathname}`,
    "another scheme": `${otherProtocol}//${host}${pathname}`,
    "a fragment": `${registered}#fragment`,
    "an empty query": `${registered}?`,
    "a backslash": `${protocol}//attacker.example\\@${host}${pathname}`,
    "a wildcard": `${protocol}//${host}/*`,
    "a regular expression": `${protocol}//${host}/.*`,
    "a line break": `${registered}\r\nLocation: https://attacker.example/`,
    "a space behind": `${registered} `,
    "a space before": ` ${registered}`,
    "no scheme": `//${host}${pathname}`,
    "only the path": pathname,
  };
}
