import { dirname } from "node:path";

export default {
  poweredByHeader: false,
  serverExternalPackages: ["jose"],
  turbopack: { root: dirname(import.meta.dirname) },
};
