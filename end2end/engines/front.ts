// What stands before a portal where it is hosted: whatever takes the encryption off. Engines differ in what they do without
// it: Chromium and Firefox trust this machine's own addresses all the same, and WebKit keeps no secure cookie.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";

export class Fronts {
  private readonly servers: Server[] = [];
  private readonly open = new Set<Socket>();

  private constructor(private readonly key: Buffer, private readonly cert: Buffer) {}

  /** With a certificate of its own, which the browsers are told to take. */
  static make(): Fronts {
    const folder = mkdtempSync(join(tmpdir(), "backboard-front-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    execFileSync("openssl", [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert,
    ], { stdio: "pipe" });
    const fronts = new Fronts(readFileSync(key), readFileSync(cert));
    rmSync(folder, { recursive: true });
    return fronts;
  }

  /** Stands before a port; the address for people. */
  async before(port: number): Promise<string> {
    const server = createServer({ key: this.key, cert: this.cert }, (outside) => {
      const inside = connect(port, "127.0.0.1");
      for (const [one, other] of [[outside, inside], [inside, outside]] as const) {
        this.open.add(one);
        one.pipe(other);
        // A connection that breaks off on one side, as each does when the portal restarts, does so on the other.
        one.on("error", () => other.destroy()).on("close", () => {
          other.destroy();
          this.open.delete(one);
        });
      }
    });
    this.servers.push(server);
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  end() {
    for (const server of this.servers) server.close();
    for (const socket of this.open) socket.destroy();
  }
}
