// What the pages gain when scripts run: a file can be dropped anywhere, an
// upload shows how far it is and can be cancelled, and a ranking replaces the
// form without a reload, with Back leading to the form as it was left.
// Without this file everything works, through plain forms.

const byId = (id) => document.getElementById(id);
const form = () => byId("rank");

document.documentElement.classList.add("scripted");

// say tells screen readers something without moving the focus.
function say(text) {
  byId("live").textContent = text;
}

// Views

// views are the pages of this visit that have no address of their own: what is
// on the screen, kept as it is, files chosen in its form included. A reload
// loses them, as it loses the files.
const views = new Map();
let current = newView();

function newView() {
  return `${Date.now()}-${Math.random()}`;
}

// show puts the content of another document in the place of this one's.
function show(doc, view, scroll) {
  views.set(current, { main: byId("main"), title: document.title, scroll: window.scrollY });
  current = view;
  byId("main").replaceWith(document.adoptNode(doc.main));
  document.title = doc.title;
  window.scrollTo(0, scroll);
}

// open shows a document that the server sent, as a new page of this visit.
function open(doc) {
  const view = newView();
  show({ main: doc.getElementById("main"), title: doc.title }, view, 0);
  history.pushState({ view }, "", "/#ranking");
  byId("main").querySelector("h1").focus({ preventScroll: true });
  say(document.title);
}

window.addEventListener("popstate", (event) => {
  const view = event.state?.view;
  if (view === undefined) {
    // A link within the page: it stays the same page.
    history.replaceState({ view: current }, "");
  } else if (views.has(view)) {
    const kept = views.get(view);
    show(kept, view, kept.scroll);
    byId("main").focus({ preventScroll: true });
    say(document.title);
  } else if (view !== current) {
    location.replace("/");
  }
});

// The address of a ranking that a reload lost is that of the form.
history.replaceState({ view: current }, "", location.hash === "#ranking" ? "/" : undefined);

// Sending

let request = null;

document.addEventListener("submit", (event) => {
  if (event.target !== form()) {
    return;
  }
  event.preventDefault();
  if (request) {
    return;
  }
  const example = event.submitter?.formAction && event.submitter.hasAttribute("formaction");
  const file = byId("file").files[0];
  const most = Number(form().dataset.maxUpload);
  if (!example && file && file.size > most) {
    // The server would say so, but only once everything is there.
    showProblem("file", "The data set is too large", `The file has ${mebibytes(file.size)}; at most ${mebibytes(most)} are accepted.`);
    return;
  }
  if (example) {
    send(event.submitter.formAction, new URLSearchParams({ limit: byId("limit").value }));
  } else {
    send(form().action, new FormData(form(), event.submitter));
  }
});

document.addEventListener("click", (event) => {
  if (request && event.target.closest("[data-cancel]")) {
    request.abort();
  }
});

function mebibytes(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(1).replace(/\.0$/, "")} MiB`;
}

function send(url, body) {
  const sender = form();
  clearProblems(sender);
  const progress = showProgress(sender);
  request = new XMLHttpRequest();
  request.open("POST", url);
  request.responseType = "document";
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) {
      progress.sent(event.loaded, event.total);
    }
  };
  request.upload.onload = () => progress.waiting();
  request.onloadend = () => progress.end();
  request.onload = (event) => answered(sender, event.target);
  request.onerror = () =>
    showProblem("form", "The connection broke", "The data set could not be sent. Check the connection and try again.");
  request.onabort = () => {
    progress.end(); // a button that is disabled takes no focus
    say("Cancelled");
    sender.querySelector("button.primary").focus();
  };
  request.send(body);
}

function answered(sender, { status, response }) {
  if (!response?.getElementById("main")) {
    showProblem("form", "Something went wrong", "The answer could not be read. Try again.");
  } else if (status !== 200 && response.getElementById("rank")) {
    takeProblems(sender, response);
  } else {
    open(response);
  }
}

// showProgress shows the bar while a request is under way.
function showProgress(sender) {
  const box = sender.querySelector(".progress");
  const bar = box.querySelector("progress");
  const text = box.querySelector(".progress-text");
  const buttons = sender.querySelectorAll(".actions button");
  let told = 0;
  const mark = (value, words) => {
    if (value === null) {
      bar.removeAttribute("value");
    } else {
      bar.value = value;
    }
    text.textContent = words;
  };
  mark(0, "0%");
  box.hidden = false;
  buttons.forEach((b) => (b.disabled = true));
  box.querySelector("[data-cancel]").focus();
  return {
    sent(loaded, total) {
      const percent = Math.floor((100 * loaded) / total);
      mark(percent, `${percent}% of ${mebibytes(total)}`);
      // Every change would drown whatever else is said.
      if (percent >= told + 25) {
        told = percent - (percent % 25);
        say(`${told}% sent`);
      }
    },
    waiting() {
      mark(null, "Ranking…");
    },
    end() {
      request = null;
      box.hidden = true;
      buttons.forEach((b) => (b.disabled = false));
    },
  };
}

// Problems

function clearProblems(at) {
  at.querySelectorAll("[data-slot]").forEach((slot) => slot.replaceChildren());
  at.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
}

// takeProblems puts the problems of the server's answer into the form on the
// screen, which keeps everything that was entered, files included.
function takeProblems(sender, doc) {
  clearProblems(sender);
  for (const slot of sender.querySelectorAll("[data-slot]")) {
    const theirs = doc.querySelector(`[data-slot="${slot.dataset.slot}"]`);
    if (theirs) {
      slot.replaceChildren(...theirs.childNodes);
    }
  }
  for (const theirs of doc.querySelectorAll("[aria-invalid]")) {
    invalid(byId(theirs.id));
  }
  if (doc.getElementById("paste").open) {
    byId("paste").open = true;
  }
  document.title = doc.title;
  focusProblem();
}

// showProblem shows a problem that the server never saw.
function showProblem(slot, title, detail) {
  const problem = document.createElement("div");
  problem.className = "problem";
  problem.id = "problem";
  problem.tabIndex = -1;
  problem.setAttribute("role", "alert");
  for (const [name, text] of [
    ["problem-title", title],
    ["", detail],
  ]) {
    const p = document.createElement("p");
    p.className = name;
    p.textContent = text;
    problem.append(p);
  }
  clearProblems(form());
  form().querySelector(`[data-slot="${slot}"]`).replaceChildren(problem);
  if (byId(slot)) {
    invalid(byId(slot));
  }
  focusProblem();
}

function invalid(input) {
  input.setAttribute("aria-invalid", "true");
  const ids = new Set((input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  input.setAttribute("aria-describedby", [...ids.add("problem")].join(" "));
}

// focusProblem leads to what has to be changed; in pasted text, to the place.
function focusProblem() {
  const problem = byId("problem");
  const input = form().querySelector("[aria-invalid]");
  (input ?? problem)?.focus({ preventScroll: true });
  problem?.scrollIntoView({ block: "nearest" });
}

// Dropping

const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");

function dragging(on) {
  document.documentElement.classList.toggle("dragging", on);
}

document.addEventListener("dragover", (event) => {
  if (!holdsFiles(event)) {
    return;
  }
  // Anywhere on the page, or the browser would leave it and open the file.
  event.preventDefault();
  event.dataTransfer.dropEffect = form() && !request ? "copy" : "none";
  dragging(Boolean(form()) && !request);
});

document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) {
    dragging(false);
  }
});

document.addEventListener("drop", (event) => {
  dragging(false);
  if (!holdsFiles(event)) {
    return;
  }
  event.preventDefault();
  const file = event.dataTransfer.files[0];
  if (!file || !form() || request) {
    return;
  }
  const one = new DataTransfer();
  one.items.add(file);
  byId("file").files = one.files;
  byId("file").dispatchEvent(new Event("change", { bubbles: true }));
  form().querySelector("button.primary").focus();
});

document.addEventListener("change", (event) => {
  if (event.target.id === "file" && event.target.files.length) {
    clearProblems(form());
    form().querySelector(".refile")?.remove();
    say(`${event.target.files[0].name} chosen`);
  }
});

// The notice that creators is away goes when it is back.
setInterval(() => {
  if (document.hidden || !byId("away")) {
    return;
  }
  const ask = new XMLHttpRequest();
  ask.open("GET", "/");
  ask.responseType = "document";
  ask.onload = () => {
    if (ask.status === 200 && ask.response?.getElementById("main") && !ask.response.getElementById("away")) {
      byId("away")?.remove();
      say("The ranking service is back");
    }
  };
  ask.send();
}, 5000);
