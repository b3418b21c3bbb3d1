/** The demo users. Their passwords are shown on the sign-in page: nothing here is secret. */
import { timingSafeEqual } from "node:crypto";
import type { Account } from "oidc-provider";

interface DemoUser {
  username: string;
  password: string;
  givenName: string;
  familyName: string;
  groups: readonly string[];
}

const administrators = "administrators";

/** Enough to make an ID Token (about 17 KiB) exceed the usual limits of URLs, cookies and headers. */
const manyGroups = Array.from(
  { length: 350 },
  (_, index) => `project-${String(index + 1).padStart(3, "0")}-of-the-research-team`,
);

export const demoUsers: readonly DemoUser[] = [
  {
    username: "admin",
    password: "admin",
    givenName: "Ada",
    familyName: "Admin",
    groups: [administrators, "everyone"],
  },
  { username: "alice", password: "alice", givenName: "Alice", familyName: "Archer", groups: ["everyone"] },
  { username: "bob", password: "bob", givenName: "Bob", familyName: "Baker", groups: ["everyone"] },
  {
    username: "grace",
    password: "grace",
    givenName: "Grace",
    familyName: "Gardner",
    groups: ["everyone", ...manyGroups],
  },
];

export const findUser = (username: string | undefined): DemoUser | undefined =>
  demoUsers.find((user) => user.username === username);

/** Whether this user may register clients, and see and end the sessions of others. */
export const isAdministrator = (username: string | undefined): boolean =>
  findUser(username)?.groups.includes(administrators) ?? false;

/** @returns the user, if the password is right */
export function authenticate(username: string, password: string): DemoUser | undefined {
  const user = findUser(username);
  return user && samePassword(user.password, password) ? user : undefined;
}

function samePassword(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The account in the library's terms: `sub` is the username, as in WSO2 IS before 7. */
export function findAccount(username: string): Account | undefined {
  const user = findUser(username);
  if (!user) return undefined;
  return {
    accountId: user.username,
    claims: () => ({
      sub: user.username,
      name: `${user.givenName} ${user.familyName}`,
      given_name: user.givenName,
      family_name: user.familyName,
      preferred_username: user.username,
      email: `${user.username}@example.com`,
      email_verified: true,
      groups: [...user.groups],
    }),
  };
}
