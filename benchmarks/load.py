"""The HTTP server under load: 8 clients at once, killed at random, until 200 requests are made.

python benchmarks/load.py
python benchmarks/load.py --requests 40 --model spark
python benchmarks/load.py --stop spark
python benchmarks/load.py --cancel spark

Every client is a process of its own that creates, watches, downloads, remixes and deletes videos, asks for pictures,
drafts and lists, and writes down what it was told. Clients are killed (SIGKILL) in the middle of it and replaced. In
the end every job that a client was told of must be there, completed and readable, unless a client asked to delete it;
nothing else may be there; and processes, threads, file handles and memory must be what they were after the 20th
request. Exit code 1 if something is lost or left. `--stop`: for how many seconds the processor works on after DELETE;
`--cancel`: after a client of the Model Context Protocol cancels a call.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLIENTS = 8
WARM = 20  # answered requests after which memory is to be level, if a video is made by then: the model is loaded
LEVEL = 1.10  # memory in the end over memory then; a render takes as much for itself
SETTLED = 12.0  # seconds after the last work
POOLED = 1  # threads that may be there more: anyio's pool of threads lets those go that are idle, but for the last
PATIENCE = 1200.0  # seconds for what waits in the end
TICK = os.sysconf("SC_CLK_TCK")
ACTIONS = {
    "create": 30,
    "watch": 14,
    "image": 10,
    "draft": 6,
    "animate": 8,
    "remix": 6,
    "edit": 4,
    "look": 10,
    "delete": 12,
}  # fmt: skip  how often each is drawn


# --- a server and its processes ---------------------------------------------------------------------------------------
IDLE, INTERVAL = 0.1, 0.25  # share of a core; seconds


@dataclass
class Served:
    """A server. address: HOST:PORT. data, temporary: its folders."""

    process: subprocess.Popen[str]
    address: str
    data: Path
    temporary: Path

    def ask(self, method: str, path: str, data: Any = None) -> Any:
        """The JSON of an answer."""
        return json.loads(ask(self.address, method, path, data)[1])

    def family(self) -> set[int]:
        """Ids of the server's process and its descendants."""
        return {self.process.pid} | descendants(self.process.pid)


def descendants(root: int) -> set[int]:
    """Ids of the processes that a process has started, and so on."""
    parents = {}
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found = {root}
    for _ in range(4):
        found |= {pid for pid, parent in parents.items() if parent in found}
    return found - {root}


@contextmanager
def serving(model: str, folder: Path) -> Iterator[Served]:
    """`sora serve --http` with folders of its own."""
    places = {name: folder / name for name in ("data", "temporary", "state", "config", "cache")}
    for place in places.values():
        place.mkdir()
    env = {
        **os.environ, "TMPDIR": str(places["temporary"]), "SORA_STATE_DIR": str(places["state"]),
        "SORA_CONFIG_DIR": str(places["config"]), "XDG_CONFIG_HOME": str(places["config"]),
        "XDG_CACHE_HOME": str(places["cache"]),
    }  # fmt: skip
    line = ["serve", "--http", "127.0.0.1:0", "-m", model, "--json", "-q", "--data", str(places["data"])]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "soracli", *line], stdout=subprocess.PIPE, stderr=log, env=env, text=True
        ) as process,
    ):
        assert process.stdout is not None
        try:
            url = json.loads(process.stdout.readline())["data"]["url"]
            yield Served(process, url.removeprefix("http://"), places["data"], places["temporary"])
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def ask(address: str, method: str, path: str, data: Any = None, patience: float = 600) -> tuple[int, bytes]:
    """Status and content of an answer. data: sent as JSON."""
    door = http.client.HTTPConnection(address, timeout=patience)
    try:
        body = None if data is None else json.dumps(data)
        door.request(method, path, body, {} if body is None else {"Content-Type": "application/json"})
        answer = door.getresponse()
        return answer.status, answer.read()
    finally:
        door.close()


@dataclass(frozen=True)
class Held:
    """What processes hold. memory: bytes that are theirs alone (RssAnon)."""

    processes: int
    threads: int
    files: int
    memory: int


def held(served: Served) -> Held:
    found = []
    for pid in served.family():
        with suppress(OSError):  # it has just ended
            status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
            memory = int(status["RssAnon"].split()[0]) * 1024
            found.append((1, int(status["Threads"]), len(os.listdir(f"/proc/{pid}/fd")), memory))
    return Held(*map(sum, zip(*found, strict=True)))


# --- a client ---------------------------------------------------------------------------------------------------------


class Client:
    """Makes requests and writes down each one, and what it was told, in a journal that others write in too."""

    def __init__(self, address: str, journal: Path, seed: int) -> None:
        self.address, self.random = address, random.Random(seed)
        self.journal = os.open(journal, os.O_WRONLY | os.O_APPEND)
        self.known: list[str] = []

    def note(self, what: str, **more: Any) -> None:
        os.write(self.journal, json.dumps({"what": what, **more}).encode() + b"\n")

    def run(self) -> None:
        """Until it is killed."""
        names, weights = list(ACTIONS), list(ACTIONS.values())
        while True:
            name = self.random.choices(names, weights)[0]
            if name in ("remix", "edit", "delete") and not self.known:
                name = "create"
            self.note("request", action=name)
            getattr(self, name)()
            self.note("answered")

    def ask(self, method: str, path: str, data: Any = None, fine: tuple[int, ...] = (200,)) -> Any:
        status, content = ask(self.address, method, path, data)
        if status not in fine:
            self.note("wrong", path=path, status=status, said=content[:300].decode(errors="replace"))
        return json.loads(content) if status == 200 else None

    def make(self, path: str, data: Any, fine: tuple[int, ...] = (200, 429)) -> str | None:
        made = self.ask("POST", path, data, fine)
        if made is None:
            return None
        self.note("made", id=made["id"])
        self.known.append(made["id"])
        return str(made["id"])

    def create(self) -> str | None:
        seed = str(self.random.randrange(10**6))
        return self.make(
            "/v1/videos", {"prompt": "a dog", "size": "64x64", "seconds": "0.5", "steps": "1", "seed": seed}
        )

    def animate(self) -> None:
        url = f"data:image/png;base64,{base64.b64encode(picture(self.random.randrange(256))).decode()}"
        data = {"prompt": "it moves", "input_reference": {"image_url": url}, "seconds": "0.5", "steps": "1"}
        self.make("/v1/videos", data)

    def watch(self) -> None:
        """A video of one's own until it is over, and its content."""
        id = self.create()
        if id is None:
            return
        status, _ = ask(self.address, "GET", f"/v1/videos/{id}/events")
        now = self.ask("GET", f"/v1/videos/{id}")
        status, content = ask(self.address, "GET", f"/v1/videos/{id}/content")
        if now is None or now["status"] != "completed" or status != 200 or content[4:8] != b"ftyp":
            self.note("wrong", path=f"/v1/videos/{id}", status=status, said=str(now)[:300])

    def image(self) -> None:
        self.ask("POST", "/v1/images/generations", {"prompt": "a dog", "size": "64x64", "steps": "1"}, (200, 429))

    def draft(self) -> None:
        status, content = ask(self.address, "POST", "/v1/drafts", {"prompt": "a dog walks"})
        if status != 200 or content[:4] != b"RIFF":
            self.note("wrong", path="/v1/drafts", status=status, said=content[:300].decode(errors="replace"))

    def remix(self) -> None:
        """Of one that may not be over yet."""
        self.make(
            f"/v1/videos/{self.random.choice(self.known)}/remix", {"prompt": "a cat", "steps": "1"}, (200, 400, 429)
        )

    def edit(self) -> None:
        data = {"prompt": "a cow", "video": {"id": self.random.choice(self.known)}, "steps": "1"}
        self.make("/v1/videos/edits", data, (200, 400, 429))

    def look(self) -> None:
        self.ask("GET", "/v1/videos?limit=100")
        self.ask("GET", "/v1/models")

    def delete(self) -> None:
        id = self.known.pop(self.random.randrange(len(self.known)))
        self.note("deleting", id=id)
        if self.ask("DELETE", f"/v1/videos/{id}") is not None:
            self.note("deleted", id=id)


def picture(shade: int) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.linear_gradient("L").resize((64, 64)).point(lambda value: (value + shade) % 256).convert("RGB").save(
        out, "PNG"
    )
    return out.getvalue()


# --- the load ---------------------------------------------------------------------------------------------------------


def load(model: str, requests: int, seed: int) -> bool:
    """Whether nothing was lost and nothing is left; prints the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        journal = folder / "journal"
        journal.touch()
        with serving(model, folder) as served:
            begun = time.monotonic()
            warm, killed, peak = _storm(served, journal, requests, seed)
            jobs = _settled(served)
            seconds = time.monotonic() - begun
            notes = [json.loads(line) for line in journal.read_text().splitlines()]
            return _table(served, notes, jobs, (warm, held(served)), killed, peak, seconds)


def _rendered(served: Served) -> bool:
    """Whether a video has been made."""
    return any(job["status"] == "completed" for job in served.ask("GET", "/v1/videos?limit=100")["data"])


def _storm(served: Served, journal: Path, requests: int, seed: int) -> tuple[Held | None, int, int]:
    """What was held after the WARM-th request, how many clients were killed, and the most memory held."""
    chance, clients = random.Random(seed), {}
    warm, killed, peak, number = None, 0, 0, 0
    try:
        while journal.read_bytes().count(b'"request"') < requests:
            while len(clients) < CLIENTS:
                number += 1
                words = [
                    sys.executable,
                    __file__,
                    "--client",
                    served.address,
                    str(journal),
                    "--seed",
                    str(seed + number),
                ]
                clients[number] = subprocess.Popen(words)
            time.sleep(chance.uniform(0.1, 3))
            if warm is None and journal.read_bytes().count(b'"answered"') >= WARM and _rendered(served):
                warm = held(served)
            peak = max(peak, held(served).memory)
            if chance.random() < 0.5:
                one = clients.pop(chance.choice(list(clients)))
                one.kill()
                one.wait()
                killed += 1
            for number_, client in list(clients.items()):
                if client.poll() is not None:
                    sys.exit(f"client {number_} ended by itself with {client.returncode}")
        return warm, killed, peak
    finally:
        for client in clients.values():
            client.kill()
            client.wait()


def _settled(served: Served) -> list[dict[str, Any]]:
    """All videos, once nothing waits and nothing is painted."""
    end = time.monotonic() + PATIENCE
    while True:
        jobs, after = [], ""
        while True:
            page = served.ask("GET", f"/v1/videos?limit=100{after}")
            jobs += page["data"]
            if not page["has_more"]:
                break
            after = f"&after={page['last_id']}"
        busy = [job for job in jobs if job["status"] in ("queued", "in_progress")]
        records = [json.loads(path.read_text()) for path in served.data.glob("jobs/*/job.json")]
        if not busy and not any(record["status"] in ("queued", "in_progress") for record in records):
            time.sleep(SETTLED)
            return jobs
        if time.monotonic() > end:
            sys.exit(f"{len(busy)} jobs still wait after {PATIENCE:g} s")
        time.sleep(0.5)


def _unreadable(served: Served, id: str) -> bool:
    from soracli import media

    status, content = ask(served.address, "GET", f"/v1/videos/{id}/content")
    if status != 200:
        return True
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        file.write(content)
        file.flush()
        return len(media.read(file.name).frames) < 2


def _left(served: Served, jobs: list[dict[str, Any]]) -> list[str]:
    """Files that belong to nothing."""
    known = {job["id"] for job in jobs}
    found = [path.name for path in (served.data / "jobs").iterdir() if path.name not in known]
    found = [
        name
        for name in found
        if not name.startswith("image_") or not any((served.data / "jobs" / name).glob("picture-*"))
    ]
    found += [
        path.name
        for path in served.data.iterdir()
        if path.name not in ("jobs", "characters", "results", "lock", "token")
    ]
    found += [path.name for path in served.data.glob("jobs/*/.sora-*")]
    return found + [path.name for path in served.temporary.iterdir()]


def _table(
    served: Served, notes: list[dict[str, Any]], jobs: list[dict[str, Any]], before: tuple[Held | None, Held],
    killed: int, peak: int, seconds: float,
) -> bool:  # fmt: skip
    by_id = {job["id"]: job for job in jobs}
    ids = {what: {note["id"] for note in notes if note["what"] == what} for what in ("made", "deleting", "deleted")}
    lost = {id for id in ids["made"] - ids["deleting"] if by_id.get(id, {}).get("status") != "completed"}
    lost |= {id for id in ids["made"] - ids["deleting"] - lost if _unreadable(served, id)}
    undead, wrong = ids["deleted"] & set(by_id), [note for note in notes if note["what"] == "wrong"]
    left = _left(served, jobs)
    warm, now = before[0] or before[1], before[1]
    counts = Counter(note["action"] for note in notes if note["what"] == "request")
    level = now.memory <= warm.memory * LEVEL
    threads = now.threads <= warm.threads + POOLED
    same = now.processes <= warm.processes and threads and now.files <= warm.files
    print(f"requests            {sum(counts.values())}: {', '.join(f'{n} {name}' for name, n in counts.most_common())}")
    print(f"clients killed      {killed} of {killed + CLIENTS}, in {seconds:.0f} s")
    print(f"videos              {len(ids['made'])} told of, {len(ids['deleted'])} deleted, {len(by_id)} here")
    print(f"lost                {len(lost)}  {' '.join(sorted(lost)[:3])}")
    print(f"deleted, yet there  {len(undead)}")
    print(f"wrong answers       {len(wrong)}  {wrong[:2] or ''}")
    print(f"files left          {len(left)}  {' '.join(left[:5])}")
    print(f"{'':<20}{f'after {WARM}':>10} {'in the end':>10}")
    for name in ("processes", "threads", "files"):
        print(f"{name:<20}{getattr(warm, name):>10} {getattr(now, name):>10}")
    print(f"{'memory, MB':<20}{warm.memory / 1e6:>10.0f} {now.memory / 1e6:>10.0f}   (at most {peak / 1e6:.0f})")
    return not (lost or undead or wrong or left) and level and same


# --- stopping ---------------------------------------------------------------------------------------------------------


def stop(model: str, size: str, times: int) -> bool:
    """Whether the processor is idle 2 s after DELETE, each time; prints how long it was not."""
    found = []
    with tempfile.TemporaryDirectory() as name, serving(model, Path(name)) as served:
        for _ in range(times):
            data = {"prompt": "a dog walks to the right across a grassy meadow", "size": size, "steps": "200"}
            id = served.ask("POST", "/v1/videos", data)["id"]
            while served.ask("GET", f"/v1/videos/{id}")["stage"] != "sample":
                time.sleep(0.1)
            time.sleep(2)
            begun, used = time.monotonic(), _used(served.family())
            served.ask("DELETE", f"/v1/videos/{id}")
            answered = time.monotonic() - begun
            found.append((_busy(served.family, begun, used), answered))
            print(f"busy for {found[-1][0]:.2f} s after DELETE, which is answered after {answered:.2f} s")
    return max(busy for busy, _ in found) <= 2


def cancel(model: str, size: str, times: int) -> bool:
    """Whether the processor is idle 2 s after an MCP client cancels a call, each time and by either transport."""
    import anyio
    import mcp
    from mcp.client.stdio import stdio_client

    found = []

    async def measured(door: Any, how: str, family: Callable[[], set[int]]) -> None:
        async with mcp.Client(door) as client:
            for _ in range(times):
                found.append(await _cancelled(client, {"model": model, "size": size}, family))
                print(f"{how}: busy for {found[-1]:.2f} s after the call is cancelled")

    with tempfile.TemporaryDirectory() as name, serving(model, Path(name)) as served:
        words = ["-P", "-m", "soracli", "mcp", "--folder", name, "-m", model]
        server = mcp.StdioServerParameters(command=sys.executable, args=words, env=dict(os.environ))
        anyio.run(measured, stdio_client(server), "stdio", lambda: descendants(os.getpid()) - served.family())
        anyio.run(measured, f"http://{served.address}/mcp", "HTTP", served.family)
    return max(found) <= 2


async def _cancelled(client: Any, key: dict[str, str], family: Callable[[], set[int]]) -> float:
    """For how long the processor is busy after a call that paints is cancelled in the middle of it."""
    import anyio

    painting = anyio.Event()

    async def told(progress: float, total: float | None, message: str | None) -> None:
        if (message or "").startswith("painting"):
            painting.set()

    async def call() -> None:
        arguments = {"prompt": "a dog walks to the right across a grassy meadow", "steps": 200, **key}
        await client.call_tool("generate", arguments, progress_callback=told)

    async with anyio.create_task_group() as group:
        group.start_soon(call)
        await painting.wait()
        await anyio.sleep(2)
        begun, used = time.monotonic(), _used(family())
        group.cancel_scope.cancel()
    return await anyio.to_thread.run_sync(_busy, family, begun, used)


def _busy(family: Callable[[], set[int]], begun: float, used: int) -> float:
    """Seconds from then, when so many ticks were used, to the end of the last interval in which the server's processes
    use more than IDLE of a core, watched for 4 s. What is less is the server's own loop, ten times a second.
    """
    last = before = begun
    while time.monotonic() < begun + 4:
        time.sleep(INTERVAL)
        now, more = time.monotonic(), _used(family())
        if more - used > 1 + IDLE * TICK * (now - before):
            last = now
        before, used = now, more
    return last - begun


def _used(pids: set[int]) -> int:
    """Ticks of processor time of processes."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="tiny")
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stop", metavar="MODEL", help="measure what goes on after DELETE instead")
    parser.add_argument("--cancel", metavar="MODEL", help="measure what goes on after an MCP call is cancelled instead")
    parser.add_argument("--size", default="256x256", help="of --stop and --cancel")
    parser.add_argument("--times", type=int, default=3, help="of --stop and --cancel")
    parser.add_argument("--client", nargs=2, metavar=("ADDRESS", "JOURNAL"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.client:
        Client(asked.client[0], Path(asked.client[1]), asked.seed).run()
        return
    if asked.stop:
        fine = stop(asked.stop, asked.size, asked.times)
    elif asked.cancel:
        fine = cancel(asked.cancel, asked.size, asked.times)
    else:
        fine = load(asked.model, asked.requests, asked.seed)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
