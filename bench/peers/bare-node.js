/** `node:http` and jose, nothing else. */
import { createServer } from "node:http";
import { receive } from "./bare-checks.js";

createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    const status = await receive(Buffer.concat(chunks).toString());
    response.writeHead(status, { "cache-control": "no-store", "content-length": 0 }).end();
  });
}).listen(Number(process.env.PORT), "127.0.0.1");
