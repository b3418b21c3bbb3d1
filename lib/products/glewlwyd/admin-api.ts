/** Glewlwyd's JSON API, in the name of one signed-in user. */

export interface Api {
  /** @returns what the body says as JSON; nothing where it is empty */
  call(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: object): Promise<unknown>;
}

/** Signs in, does `work`, signs out. */
export async function signedIn(
  origin: string,
  user: { name: string; password: string },
  work: (api: Api) => Promise<unknown>,
): Promise<void> {
  const cookies = new Map<string, string>();
  const api: Api = {
    call: async (method, path, body) => {
      const response = await fetch(`${origin}/api${path}`, {
        method,
        headers: {
          "content-type": "application/json",
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        },
        body: body ? JSON.stringify(body) : null,
      });
      const text = await response.text();
      if (!response.ok)
        throw new Error(`Glewlwyd refused ${method} ${path}: HTTP ${response.status} ${text}`);
      for (const cookie of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        if (name !== undefined && value !== undefined) cookies.set(name, value);
      }
      return text === "" ? undefined : JSON.parse(text);
    },
  };
  await api.call("POST", "/auth/", { username: user.name, password: user.password });
  await work(api);
  await api.call("DELETE", "/auth/");
}
