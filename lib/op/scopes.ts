/** The scopes: what each means to people, and which claims it gives. */

interface Scope {
  meaning: string;
  claims: string[];
}

export const SCOPES: Readonly<Record<string, Scope>> = {
  openid: { meaning: "Who you are here, so that you can sign in", claims: ["sub"] },
  profile: { meaning: "Your name", claims: ["name", "given_name", "family_name", "preferred_username"] },
  email: { meaning: "Your email address", claims: ["email", "email_verified"] },
  groups: { meaning: "The groups you are in", claims: ["groups"] },
  offline_access: { meaning: "Access also when you are not there", claims: [] },
};
