// The page of `sora serve --http`. Everything it shows comes from the API beside it; nothing is kept but what was typed.
const $ = id => document.getElementById(id);
const EXAMPLES = ["a dog walks to the right across a meadow", "a fox runs through a snowy forest at dusk", "two cats play on the moon"];
const FIELDS = ["prompt", "size", "seconds", "seed"];
const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const STAGES = {load: "Loading the model", text: "Reading the prompt", encode: "Looking at what is given", fill: "Painting",
  sample: "Painting", decode: "Developing", enhance: "Developing", save: "Saving"};
const cards = new Map();  // video id -> its article
let token = sessionStorage.getItem("token") || "", oldest = null;

// --- asking ---

async function ask(path, options = {}) {
  const headers = {...(options.headers || {}), ...(token ? {Authorization: `Bearer ${token}`} : {})};
  const answer = await fetch(path, {...options, headers});
  if (answer.status === 401 && await typed()) return ask(path, options);
  if (!answer.ok) {
    const told = await answer.json().catch(() => null);
    throw new Error(told?.error ? told.error.message : `the server answered ${answer.status}`);
  }
  return answer;
}

let asking = null;  // the one question for the token
function typed() {
  asking ??= new Promise(done => {
    $("door").onclose = () => {
      token = $("token").value;
      sessionStorage.setItem("token", token);
      asking = null;
      done(token !== "");
    };
    $("door").showModal();
  });
  return asking;
}

const post = async (path, data) => (await ask(path, {
  method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(data)})).json();

// A place that <video> and <img> can load: with a token they cannot, and get the bytes.
async function place(path) {
  return token ? URL.createObjectURL(await (await ask(path)).blob()) : path;
}

async function trying(work) {
  $("error").textContent = "";
  try { return await work(); } catch (error) {
    $("error").textContent = error instanceof TypeError ? "The server does not answer." : error.message;
  }
}

function element(name, text = "", props = {}) {
  const made = Object.assign(document.createElement(name), props);
  made.append(text);
  return made;
}

function button(text, work, props = {}) {
  const made = element("button", text, {type: "button", ...props});
  made.onclick = async () => { made.disabled = true; await trying(() => work(made)); made.disabled = false; };
  return made;
}

// --- the scene as a strip ---

const stage = $("stage");
let length = 0;

function head(time) {
  const at = Math.min(Math.max(time, 0), length);
  $("head").style.left = `${length ? 100 * at / length : 0}%`;
  $("moment").textContent = `${at.toFixed(1)} of ${length.toFixed(1)} s`;
  $("strip").setAttribute("aria-valuenow", at.toFixed(1));
  $("strip").setAttribute("aria-valuetext", `${at.toFixed(1)} seconds`);
  return at;
}

function seek(time) { stage.pause(); stage.currentTime = Math.min(head(time), length - 0.01); }

function sought(time) {
  return new Promise(done => {
    stage.addEventListener("seeked", done, {once: true});
    stage.currentTime = Math.min(time, length - 0.01);
  });
}

async function drawStrip() {
  const film = $("film"), shape = stage.videoWidth / stage.videoHeight;
  film.height = 112;
  film.width = Math.round(film.height * film.clientWidth / Math.max(film.clientHeight, 1));
  const count = Math.min(Math.max(Math.round(film.width / (film.height * shape)), 4), 16);  // whole pictures, if they fit
  const pen = film.getContext("2d"), each = film.width / count;
  for (let i = 0; i < count; i++) {
    await sought(length * (i + 0.5) / count);
    const high = Math.max(film.height, each / shape), wide = high * shape;
    pen.save();
    pen.beginPath();
    pen.rect(i * each, 0, each - 2, film.height);
    pen.clip();
    pen.drawImage(stage, (i + 0.5) * each - wide / 2, (film.height - high) / 2, wide, high);
    pen.restore();
  }
}

async function showScene() {
  const data = {prompt: $("prompt").value, format: "mp4", ...($("seconds").value ? {seconds: $("seconds").value} : {})};
  const answer = await ask("/v1/drafts", {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(data)});
  if (stage.src) URL.revokeObjectURL(stage.src);
  $("notes").textContent = JSON.parse(decodeURIComponent(answer.headers.get("x-sora-notes") || "[]")).join("; ");
  $("scene").hidden = false;
  $("scene").scrollIntoView({block: "nearest", behavior: STILL.matches ? "auto" : "smooth"});
  await new Promise(async (done, failed) => {
    stage.onloadeddata = done;
    stage.onerror = () => failed(new Error("This browser cannot show the scene."));
    stage.src = URL.createObjectURL(await answer.blob());
  });
  length = stage.duration;
  $("strip").setAttribute("aria-valuemax", length.toFixed(1));
  await drawStrip();
  seek(0);
  if (!STILL.matches) stage.play().catch(() => {});
}

stage.ontimeupdate = () => { if (!stage.paused) head(stage.currentTime); };
stage.onended = () => seek(0);
$("shut").onclick = () => { stage.pause(); $("scene").hidden = true; };
const strip = $("strip");
const pointed = event => {
  const box = strip.getBoundingClientRect();
  seek(length * (event.clientX - box.left) / box.width);
};
strip.onpointerdown = event => { strip.setPointerCapture(event.pointerId); pointed(event); };
strip.onpointermove = event => { if (strip.hasPointerCapture(event.pointerId)) pointed(event); };
strip.onkeydown = event => {
  const steps = {ArrowLeft: -0.1, ArrowRight: 0.1, PageDown: -0.5, PageUp: 0.5, Home: -length, End: length};
  if (event.key === " ") stage.paused ? stage.play() : stage.pause();
  else if (event.key in steps) seek(stage.currentTime + steps[event.key]);
  else return;
  event.preventDefault();
};

// --- the gallery ---

function card(video, first) {
  if (!cards.has(video.id)) {
    const made = element("article", "", {id: video.id, ariaLabel: video.prompt || "video"});
    const text = element("div", "", {className: "text"});
    text.append(element("p", video.prompt || `(${video.verb}, no words)`), element("small"),
      element("div", "", {className: "row"}), element("dl", "", {className: "recipe", hidden: true}));
    made.append(element("div", "", {className: "screen"}), text);
    first ? $("gallery").prepend(made) : $("gallery").append(made);
    cards.set(video.id, made);
  }
  show(video);
  if (!over(video)) follow(video.id);
  count();
}

const over = video => video.status === "completed" || video.status === "failed";

function count() {
  const busy = [...cards.values()].filter(made => made.dataset.state === "queued" || made.dataset.state === "in_progress");
  $("state").textContent = busy.length ? `${busy.length} in the making` : "";
  $("none").hidden = cards.size > 0;
}

function show(video) {
  const made = cards.get(video.id), fresh = made.dataset.state !== video.status;
  const screen = made.querySelector(".screen"), [, small, row, recipe] = made.querySelector(".text").children;
  if (over(video) && !fresh) return;
  made.dataset.state = video.status;
  const [wide, high] = video.size.split("x").map(Number);
  screen.style.aspectRatio = `${wide} / ${Math.max(high, wide * 0.5)}`;
  const seconds = Math.round(100 * video.seconds) / 100;
  small.textContent = `${video.verb} · ${video.model} · ${video.size} · ${seconds} s · seed ${video.seed}`;
  if (video.status === "completed") finished(video, screen, row, recipe);
  else if (video.status === "failed") {
    screen.remove();
    const why = video.error ? video.error.message : "It failed.";
    made.querySelector(".bad") || small.after(element("p", why, {className: "bad"}));
    row.replaceChildren(again(video), remover(video, "Remove"));
  } else {
    if (fresh) {
      screen.querySelector("progress") || screen.append(element("span", "", {className: "wait"}),
        element("progress", "", {max: 100, value: 0, ariaLabel: "Progress"}));
      row.replaceChildren(remover(video, "Cancel"));
    }
    screen.querySelector("progress").value = video.progress;
    screen.querySelector(".wait").textContent =
      video.status === "queued" ? "Waiting for its turn" : `${STAGES[video.stage] || "Beginning"} · ${video.progress} %`;
    if (video.stage === "sample" && !made.dataset.gone) glimpse(video.id, screen);
  }
  if (fresh) count();
}

function finished(video, screen, row, recipe) {
  const player = element("video", "", {controls: STILL.matches, loop: true, muted: true, playsInline: true, preload: "none"});
  player.onpointerenter = player.onfocus = player.onclick = () => { player.controls = true; };
  player.onpointerleave = player.onblur = () => { player.controls = STILL.matches; };
  player.tabIndex = 0;
  screen.replaceChildren(player);
  player.setAttribute("aria-label", video.prompt || "video");
  const at = `/v1/videos/${video.id}`;
  trying(async () => { player.poster = await place(`${at}/content?variant=thumbnail`); });
  const load = async () => { if (!player.src) player.src = await place(`${at}/content`); };
  new IntersectionObserver(seen => {  // plays while it is in view, and is loaded when it first is
    const inView = seen.at(-1).isIntersecting;
    if (inView) trying(load).then(() => { if (!STILL.matches) player.play().catch(() => {}); });
    else player.pause();
  }).observe(player);
  const save = button("Save", async () => {
    const link = element("a", "", {href: await place(`${at}/content`), download: `${video.id}.mp4`});
    link.click();
  });
  row.replaceChildren(save,
    button("Replay", async () => card(await post(`${at}/replay`, {}), true), {title: "The same once more, from its recipe"}),
    button("Remix", async () => {
      const prompt = $("prompt").value.trim();
      if (!prompt) { $("prompt").focus(); throw new Error("Type what it should become, then press Remix."); }
      card(await post(`${at}/remix`, {prompt}), true);
    }, {title: "The same motion, as the prompt above has it"}),
    again(video), button("Recipe", async made => {
      if (!recipe.childElementCount) write(recipe, await (await ask(`${at}/recipe`)).json());
      recipe.hidden = !recipe.hidden;
      made.setAttribute("aria-expanded", String(!recipe.hidden));
    }), remover(video, "Delete"));
}

function write(recipe, data) {
  for (const key of ["verb", "prompt", "model", "seed", "steps", "guidance", "camera", "frames", "fps"]) {
    if (data[key] === undefined || data[key] === null || data[key] === "") continue;
    recipe.append(element("dt", key), element("dd", String(data[key])));
  }
  const all = element("details");
  all.append(element("summary", "All of it"), element("pre", JSON.stringify(data, null, 1)));
  recipe.append(all);
}

// What it was asked for goes back into the form.
function again(video) {
  return button("Reuse", async () => {
    $("prompt").value = video.prompt;
    $("seconds").value = Math.round(100 * video.seconds) / 100;
    $("size").value = video.size;
    keep();
    $("prompt").focus();
    scrollTo({top: 0, behavior: STILL.matches ? "auto" : "smooth"});
  }, {title: "Its prompt, size and length, back in the form"});
}

// One press asks whether it is meant, the next one does it; what is still in the making goes at once.
function remover(video, text) {
  const made = button(text, async () => {  // the last of its row
    if (text === "Delete" && made.textContent === text) {
      made.textContent = "Really delete?";
      setTimeout(() => { made.textContent = text; }, 4000);
      return;
    }
    const gone = cards.get(video.id);
    if (gone) gone.dataset.gone = "yes";
    await ask(`/v1/videos/${video.id}`, {method: "DELETE"});
    gone?.remove();
    cards.delete(video.id);
    count();
  }, {className: "last"});
  return made;
}

async function glimpse(id, screen) {  // a small picture of the work so far, at most one a second
  if (Date.now() - (screen.dataset.at || 0) < 1000) return;
  screen.dataset.at = Date.now();
  const answer = await ask(`/v1/videos/${id}/content?variant=preview`).catch(() => null);
  if (!answer || !screen.querySelector("progress")) return;
  const image = screen.querySelector("img") || screen.appendChild(element("img", "", {alt: "the work so far"}));
  if (image.src) URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(await answer.blob());
}

async function follow(id) {  // Server-Sent Events, read by hand: EventSource sends no token
  try {
    const reader = (await ask(`/v1/videos/${id}/events`)).body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ;) {
      const {value, done} = await reader.read();
      if (done) break;
      const parts = (rest + value).split("\n\n");
      rest = parts.pop();
      for (const part of parts) {
        const data = part.split("\n").find(line => line.startsWith("data: "));
        if (data && cards.has(id)) show(JSON.parse(data.slice(6)));
      }
    }
  } catch { /* the server or the network went; it is asked again */ }
  const state = cards.get(id)?.dataset.state;
  if (state === "queued" || state === "in_progress") setTimeout(() => renew(id), 1500);
}

async function renew(id) {
  const answer = await ask(`/v1/videos/${id}`).catch(error => error);
  if (answer instanceof Response) show(await answer.json());
  const state = cards.get(id)?.dataset.state;
  if (state === "queued" || state === "in_progress") follow(id);
}

async function older() {
  const page = await (await ask(`/v1/videos?limit=12${oldest ? `&after=${oldest}` : ""}`)).json();
  for (const video of page.data) card(video, false);
  oldest = page.last_id || oldest;
  $("more").hidden = !page.has_more;
  count();
}

// --- the form ---

const keep = () => FIELDS.forEach(name => sessionStorage.setItem(name, $(name).value));

$("ask").oninput = keep;
$("look").onclick = () => trying(async () => {
  if (!$("ask").reportValidity()) return;
  $("look").disabled = true;
  try { await showScene(); } finally { $("look").disabled = false; }
});
$("ask").onsubmit = event => {
  event.preventDefault();
  trying(async () => {
    $("make").disabled = true;
    try {
      const form = new FormData();
      for (const name of ["model", ...FIELDS]) if ($(name).value) form.append(name, $(name).value);
      if ($("picture").files[0]) form.append("input_reference", $("picture").files[0]);
      const video = await (await ask("/v1/videos", {method: "POST", body: form})).json();
      card(video, true);
      $(video.id).scrollIntoView({block: "nearest", behavior: STILL.matches ? "auto" : "smooth"});
    } finally { $("make").disabled = false; }
  });
};
$("prompt").onkeydown = event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("ask").requestSubmit();
};
$("more").onclick = () => trying(older);
for (const text of EXAMPLES) {
  $("examples").append(button(text, async () => { $("prompt").value = text; keep(); $("prompt").focus(); }));
}
FIELDS.forEach(name => { $(name).value = sessionStorage.getItem(name) || ""; });

trying(async () => {
  const models = (await (await ask("/v1/models")).json()).data;
  $("model").append(element("option", "The server's own", {value: ""}));
  for (const model of models) $("model").append(element("option", model.id, {value: model.id}));
  await older();
});
