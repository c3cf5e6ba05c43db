#!/usr/bin/env python3
"""Asks Prometheus each query of each dashboard, says which have no data, and plots them on request.

panels.py PROMETHEUS_URL [DIRECTORY]   with a directory: one picture a dashboard, by matplotlib
"""
import json
import pathlib
import sys
import time
import urllib.parse
import urllib.request

DASHBOARDS = pathlib.Path(__file__).parent / "grafana" / "dashboards"
SPAN_SECONDS = 300
STEP_SECONDS = 5


def ask(prometheus, expression, end):
    query = urllib.parse.urlencode(
        {"query": expression, "start": end - SPAN_SECONDS, "end": end, "step": STEP_SECONDS})
    with urllib.request.urlopen(f"{prometheus}/api/v1/query_range?{query}", timeout=30) as answer:
        return json.load(answer)["data"]["result"]


def has_numbers(series):
    return any(value not in ("NaN", "+Inf", "-Inf") for one in series for _, value in one["values"])


def concrete(expression):
    return expression.replace("$__rate_interval", "30s").replace("$node", ".*")


def legend(target, labels):
    text = target["legendFormat"]
    if text == "__auto":
        return ", ".join(value for name, value in labels.items() if name != "__name__")
    for name, value in labels.items():
        text = text.replace("{{" + name + "}}", value)
    return text


def plot(dashboard, drawn, file):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    columns = 3
    rows = -(-len(drawn) // columns)
    figure, axes = pyplot.subplots(rows, columns, figsize=(18, 3.2 * rows), squeeze=False)
    for axis in axes.flat[len(drawn):]:
        axis.axis("off")
    for axis, (panel, lines) in zip(axes.flat, drawn):
        unit = panel["fieldConfig"]["defaults"]["unit"]
        axis.margins(y=0.15)
        axis.set_title(panel["title"] + ("" if unit == "short" else f" [{unit}]"), fontsize=10)
        for label, values in lines:
            start = values[-1][0]
            axis.plot([at - start for at, _ in values], [float(value) for _, value in values], label=label)
        if panel["type"] != "stat":
            axis.set_ylim(bottom=min(0, axis.get_ylim()[0]))
        if 1 < len(lines) <= 12:
            axis.legend(fontsize=7, loc="upper left")
        axis.grid(alpha=0.3)
        axis.tick_params(labelsize=7)
    figure.suptitle(dashboard["title"])
    figure.tight_layout(rect=(0, 0, 1, 0.98))
    figure.savefig(file, dpi=60)


def main():
    prometheus, directory = sys.argv[1], (sys.argv[2:] or [None])[0]
    end = time.time()
    asked, empty = 0, []
    for file in sorted(DASHBOARDS.glob("*.json")):
        dashboard = json.loads(file.read_text())
        drawn = []
        for panel in dashboard["panels"]:
            lines = []
            for target in panel.get("targets", []):
                asked += 1
                series = ask(prometheus, concrete(target["expr"]), end)
                if not has_numbers(series):
                    empty.append(f'{dashboard["title"]} / {panel["title"]}: {target["expr"]}')
                lines += [(legend(target, one["metric"]), one["values"]) for one in series]
            if panel["type"] != "row":
                drawn.append((panel, lines))
        if directory:
            plot(dashboard, drawn, pathlib.Path(directory) / (file.stem + ".png"))
    print(f"{asked} queries, {len(empty)} without data")
    print("\n".join(empty), end="\n" if empty else "")
    sys.exit(1 if empty else 0)


main()
