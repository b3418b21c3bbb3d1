/** The scopes: their meaning for users, and their claims. */

interface Scope {
  meaning: string;
  claims: string[];
}

export const supportedScopes: Readonly<Record<string, Scope>> = {
  openid: { meaning: "Your identity, to sign you in", claims: ["sub"] },
  profile: { meaning: "Your name", claims: ["name", "given_name", "family_name", "preferred_username"] },
  email: { meaning: "Your email address", claims: ["email", "email_verified"] },
  groups: { meaning: "The groups you are in", claims: ["groups"] },
  offline_access: { meaning: "Access while you are not signed in", claims: [] },
};
