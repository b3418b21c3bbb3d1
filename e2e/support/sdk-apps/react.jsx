/** An app with @asgardeo/react. */
import { AsgardeoProvider, useAsgardeo } from "@asgardeo/react";
import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import { clientId, home, onClick, op, showUser } from "./page.js";

/** Connects the SDK's hook with the page. */
function User() {
  const { isInitialized, isSignedIn, getDecodedIdToken, signIn, signOut } = useAsgardeo();
  useEffect(() => {
    if (!isInitialized) return;
    onClick("sign-in", () => signIn());
    onClick("sign-out", () => signOut());
  }, [isInitialized, signIn, signOut]);
  useEffect(() => {
    if (!isInitialized) return;
    if (isSignedIn) void getDecodedIdToken().then(({ sub }) => showUser(sub));
    else showUser(undefined);
  }, [isInitialized, isSignedIn, getDecodedIdToken]);
  return null;
}

createRoot(document.getElementById("root")).render(
  <AsgardeoProvider
    clientId={clientId}
    baseUrl={op}
    afterSignInUrl={home}
    afterSignOutUrl={home}
    scopes="openid profile"
    syncSession={true}
    checkSessionInterval={1}
    preferences={{ theme: { inheritFromBranding: false } }}
  >
    <User />
  </AsgardeoProvider>,
);
