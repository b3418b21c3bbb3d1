/** The demo of the end-to-end tests: the same command as a user's, on other ports. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AppName, appNames, perApp } from "#lib/config/apps.ts";

const ports = { front: 47080, apps: perApp((_, index) => 47082 + index), op: 47443 };

/** Base URLs of the apps. */
export type Apps = Record<AppName, string>;

const origin = (port: number) => `http://localhost:${port}`;

/** One user per worker, so that parallel tests never share one. */
export const testers = [
  { name: "alice", password: "alice" },
  { name: "bob", password: "bob" },
];

export const demo = {
  command: [
    `"${process.execPath}" lib/demo/main.ts --fresh`,
    `--data "${join(tmpdir(), `slo-e2e-${ports.front}`)}"`,
    `--front-port ${ports.front} --ports ${appNames.map((name) => ports.apps[name]).join(",")}`,
    `--op-port ${ports.op}`,
  ].join(" "),
  front: origin(ports.front),
  op: origin(ports.op),
  throughFrontDoor: perApp(({ name }) => `${origin(ports.front)}/${name}`) satisfies Apps,
  onOwnPorts: perApp(({ name }) => `${origin(ports.apps[name])}/${name}`) satisfies Apps,
};
