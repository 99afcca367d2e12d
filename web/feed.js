// The daemon's lines as they come, over a WebSocket that is opened again whenever it ends.

export class Feed {
  // handle: called with each line; lost: called with a sentence when there is no connection; node: of a broker, whose blocks come too.
  constructor(handle, lost, node = null) {
    this.handle = handle;
    this.lost = lost;
    this.query = node === null ? "" : `?node=${encodeURIComponent(node)}`;
    this.pause = 500;
    this.isOver = false;
  }

  stop() {
    this.isOver = true;
    this.socket?.close();
  }

  start() {
    if (this.isOver) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = (this.socket = new WebSocket(`${scheme}://${location.host}/feed${this.query}`));
    socket.onmessage = (event) => {
      this.pause = 500;
      if (this.isOver) return;
      try { this.handle(JSON.parse(event.data)); } catch (error) { console.warn("a line that is not JSON", error); }
    };
    socket.onclose = () => {
      if (this.isOver) return;
      this.explain();
      setTimeout(() => this.start(), this.pause);
      this.pause = Math.min(5000, 1.6 * this.pause);
    };
  }

  // A WebSocket does not say why it was refused; a request does.
  async explain() {
    try {
      const answer = await fetch("/api/state", { cache: "no-store" });
      if (answer.status === 401) location.reload();
      else if (answer.status === 503) this.lost("The server has as many connections as it takes. Trying again.");
      else this.lost("The connection ended. Trying again.");
    } catch {
      this.lost("The server does not answer. Trying again.");
    }
  }
}

// Objects of an answer whose lines are JSON.
export async function lines(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) return [];
  const text = await answer.text();
  return text.split("\n").flatMap((line) => {
    try { return line ? [JSON.parse(line)] : []; } catch { return []; }
  });
}
