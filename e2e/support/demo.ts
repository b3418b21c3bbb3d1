/** The demo of the end-to-end tests: the same command as a user's, on other ports. */
import { tmpdir } from "node:os";
import { join } from "node:path";

const ports = { front: 47080, apps: [47082, 47083], op: 47443 } as const;

/** Base URLs of the two apps. */
export interface Apps {
  playground2: string;
  playground3: string;
}

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
    `--front-port ${ports.front} --ports ${ports.apps.join(",")} --op-port ${ports.op}`,
  ].join(" "),
  front: origin(ports.front),
  op: origin(ports.op),
  throughFrontDoor: {
    playground2: `${origin(ports.front)}/playground2`,
    playground3: `${origin(ports.front)}/playground3`,
  } satisfies Apps,
  onOwnPorts: {
    playground2: `${origin(ports.apps[0])}/playground2`,
    playground3: `${origin(ports.apps[1])}/playground3`,
  } satisfies Apps,
};
