"""Writes what performance.sh measured into README, between its marks.

performance.py DIRECTORY ROUNDS SECONDS RATE README
"""
import json, re, statistics, subprocess, sys

directory, rounds, seconds, rate, readme = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
NAMES = {"quorate": "Quorate", "etcd": "etcd", "bare": "bare server"}


def reports(name):
    return [json.load(open(f"{directory}/{name}-{i}.json")) for i in range(1, rounds + 1)]


def rates(store, kind):
    return statistics.median(report["rate"] for report in reports(f"{store}-{kind}"))


def cpu(store, kind):
    each = []
    for i, report in enumerate(reports(f"{store}-{kind}"), 1):
        used = int(open(f"{directory}/{store}-{kind}-{i}.cpu").read())
        each.append(used / report["operations"][kind]["succeeded"])
    return statistics.median(each)


def latency(store, kind, percentile):
    nanos = statistics.median(report["operations"][kind]["response"][percentile] for report in reports(f"{store}-at"))
    return f"{nanos / 1e6:.2g} ms" if nanos < 10e6 else f"{nanos / 1e6:.0f} ms"


def rounded(number):
    digits = max(0, len(str(int(number))) - 3)
    return f"{round(number / 10 ** digits) * 10 ** digits:,}"


lines = [
    "| | PUT/s | GET/s | CPU of a PUT | of a GET | "
    f"at {rate:,}/s: PUT p50 | p99 | GET p50 | p99 |",
    "|---|---|---|---|---|---|---|---|---|",
]
for store in ("quorate", "etcd", "bare"):
    cells = [NAMES[store], rounded(rates(store, "put")), rounded(rates(store, "read")),
             f"{cpu(store, 'put'):.0f} µs", f"{cpu(store, 'read'):.0f} µs",
             latency(store, "put", "p50"), latency(store, "put", "p99"),
             latency(store, "read", "p50"), latency(store, "read", "p99")]
    lines.append("| " + " | ".join(cells) + " |")
for other in ("etcd", "bare"):
    lines.append(f"| Quorate to {NAMES[other]} | " + " | ".join(
        f"{rates('quorate', kind) / rates(other, kind):.2f}" for kind in ("put", "read")) + " |" + " |" * 6)
version = subprocess.run(["etcd", "--version"], capture_output=True, text=True).stdout.split("\n")[0].split()[-1]
verdicts = {r["verdict"]["word"] for s in NAMES for k in ("put", "read", "at") for r in reports(f"{s}-{k}")}
lines += [
    "",
    f"etcd {version} over its JSON gateway, {reports('quorate-put')[0]['environment']['java']}, medians of {rounds} rounds of "
    f"{seconds} s; verdicts: {', '.join(sorted(verdicts))}. The runs were, for each store:",
    "",
    "```sh",
    "apt-get install curl etcd-server python3",
    f"bench/src/main/scripts/performance.sh {seconds} {rounds}    # writes this section; each run in it is one of",
] + [" ".join(re.sub(r"--(out|seed) \S+ ?", "", " ".join(reports(name)[0]["command"])).split()) for name in
     ("quorate-put", "quorate-read", "quorate-at")] + ["```"]

text = open(readme).read()
start, end = "<!-- performance.sh -->\n", "<!-- /performance.sh -->"
at, to = text.index(start) + len(start), text.index(end)
open(readme, "w").write(text[:at] + "\n".join(lines) + "\n" + text[to:])
print("\n".join(lines))
