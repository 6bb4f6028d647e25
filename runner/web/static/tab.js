// The page's side of a tab: a terminal whose output is the app's, and whose keys go to it.
import { Terminal } from "./vendor/xterm.mjs";
import { FitAddon } from "./vendor/addon-fit.mjs";
import { Unicode11Addon } from "./vendor/addon-unicode11.mjs";
import { WebglAddon } from "./vendor/addon-webgl.mjs";

const FONTS = '"DejaVu Sans Mono", Menlo, "Cascadia Mono", Consolas, "Liberation Mono", monospace';

function newTerminal(place) {
  const terminal = new Terminal({
    allowProposedApi: true,
    fontFamily: FONTS,
    fontSize: 15,
    scrollback: 0,
    theme: { background: "#12161c", foreground: "#d8dee6" },
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = "11";
  terminal.open(place);
  drawFast(terminal);
  fit.fit();
  new ResizeObserver(() => fit.fit()).observe(place);
  return terminal;
}

// WebGL draws lines and blocks without gaps; where a browser has none, the page's own elements do.
function drawFast(terminal) {
  try {
    const webgl = new WebglAddon();
    webgl.onContextLoss(() => webgl.dispose());
    terminal.loadAddon(webgl);
  } catch {
    // The terminal has drawn with elements all along.
  }
}

// The app copies by OSC 52; that a program reads the clipboard the same way is not answered.
function takeCopies(terminal) {
  terminal.parser.registerOscHandler(52, (data) => {
    const coded = data.slice(data.indexOf(";") + 1);
    if (coded !== "?") {
      const bytes = Uint8Array.from(atob(coded), (letter) => letter.charCodeAt(0));
      navigator.clipboard?.writeText(new TextDecoder().decode(bytes)).catch(() => {});
    }
    return true;
  });
}

// Ctrl+V is the browser's: it pastes into the terminal.
function leavePasting(terminal) {
  terminal.attachCustomKeyEventHandler(
    (event) => !(event.ctrlKey && !event.altKey && !event.metaKey && event.key.toLowerCase() === "v"),
  );
}

function openLink(url) {
  if (/^https?:\/\//.test(url)) {
    window.open(url, "_blank", "noopener,noreferrer");
  }
}

function tellEnd(words, again) {
  const dialog = document.getElementById("ended");
  if (!dialog.open) {
    document.getElementById("words").textContent = words;
    document.getElementById("again").hidden = !again;
    document.getElementById("again").onclick = () => window.location.reload();
    dialog.showModal();
  }
}

function connect(terminal) {
  const { host } = window.location;
  const socket = new WebSocket(`ws://${host}/prodrill/socket?columns=${terminal.cols}&rows=${terminal.rows}`);
  socket.binaryType = "arraybuffer";
  const send = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
  socket.onopen = () => send({ type: "resized", columns: terminal.cols, rows: terminal.rows });
  socket.onmessage = ({ data }) => {
    if (typeof data !== "string") {
      terminal.write(new Uint8Array(data));
      return;
    }
    const told = JSON.parse(data);
    if (told.type === "open") {
      openLink(told.url);
    } else if (told.type === "ended") {
      tellEnd(told.words ? `Prodrill ended: ${told.words}` : "You left Prodrill. All you did is kept.", true);
    }
  };
  socket.onclose = () => tellEnd("`prodrill serve` has ended. Start it again and open the link that it prints.", false);
  terminal.onData((text) => send({ type: "typed", text }));
  terminal.onResize(({ cols, rows }) => send({ type: "resized", columns: cols, rows }));
  window.addEventListener("focus", () => send({ type: "focused", front: true }));
  window.addEventListener("blur", () => send({ type: "focused", front: false }));
}

const terminal = newTerminal(document.getElementById("terminal"));
takeCopies(terminal);
leavePasting(terminal);
connect(terminal);
terminal.focus();
window.terminal = terminal; // what is on the screen, for tests and for extensions that read it out
