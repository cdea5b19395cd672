"""Draws a dashboard as SVG from what a Prometheus answers to its panels' queries: what Grafana shows, roughly."""

import html
import json
import math

WIDTH, ROW, GAP, HEAD = 1200, 38, 8, 26
COLORS = ["#3274d9", "#e0752d", "#56a64b", "#a352cc", "#c4162a", "#8f9bb3", "#b8860b", "#1f9e9e"]


def human(value, unit):
    if value is None or math.isnan(value):
        return "-"
    if unit == "percentunit":
        return f"{100 * value:.3g} %"
    if unit == "s":
        return f"{value:.3g} s" if value >= 1 or value == 0 else f"{1000 * value:.3g} ms"
    suffixes = ["", "Ki", "Mi", "Gi", "Ti"] if unit in ("bytes", "Bps") else ["", "k", "M", "G", "T"]
    base = 1024 if unit in ("bytes", "Bps") else 1000
    power = 0
    while abs(value) >= base and power < 4:
        value, power = value / base, power + 1
    after = {"bytes": "B", "Bps": "B/s", "ops": "/s", "reqps": "/s"}.get(unit, "")
    return f"{value:.3g} {suffixes[power]}{after}".rstrip()


def text(x, y, words, size=11, color="#333", anchor="start", weight="normal"):
    return (f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" fill="{color}" text-anchor="{anchor}" '
            f'font-weight="{weight}">{html.escape(words)}</text>')


def legend_of(labels, form):
    words = form
    for name, value in labels.items():
        words = words.replace("{{" + name + "}}", value)
    return words


def draw_panel(panel, ask, box):
    """`ask(expression)`: [(labels, [(second, value), ...]), ...]."""
    x, y, width, height = box
    unit = panel["fieldConfig"]["defaults"]["unit"]
    out = [f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" fill="#fff" stroke="#d8d9da"/>',
           text(x + 8, y + 16, panel["title"], 12, weight="bold")]
    series = []
    for target in panel["targets"]:
        for labels, points in ask(target["expr"]):
            series.append((legend_of(labels, target.get("legendFormat") or ""), points))
    if panel["type"] == "stat":
        last = series[0][1][-1][1] if series and series[0][1] else None
        out.append(text(x + width / 2, y + height / 2 + 18, human(last, unit), 26, "#3274d9", "middle"))
        return out
    values = [value for _, points in series for _, value in points if not math.isnan(value)]
    top = max(values, default=0) or 1
    left, right, upper, lower = x + 62, x + width - 10, y + 28, y + height - 34
    for share in (0, 0.5, 1):
        at = lower - share * (lower - upper)
        out.append(f'<line x1="{left:.0f}" y1="{at:.0f}" x2="{right:.0f}" y2="{at:.0f}" stroke="#eee"/>')
        out.append(text(left - 5, at + 4, human(share * top, unit), 10, "#777", "end"))
    seconds = [second for _, points in series for second, _ in points]
    first, span = min(seconds, default=0), max(max(seconds, default=1) - min(seconds, default=0), 1)
    for number, (_, points) in enumerate(series):
        path = " ".join(f"{left + (second - first) / span * (right - left):.0f},"
                        f"{lower - max(0, value) / top * (lower - upper):.0f}"
                        for second, value in points if not math.isnan(value))
        color = COLORS[number % len(COLORS)]
        out.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.5"/>')
    at = left
    for number, (legend, _) in enumerate(series):
        if at + 6 * len(legend) > right:
            out.append(text(at, y + height - 10, f"and {len(series) - number} more", 10, "#777"))
            break
        out.append(text(at, y + height - 10, legend, 10, COLORS[number % len(COLORS)]))
        at += 6 * len(legend) + 14
    return out


def draw(dashboard, ask):
    """The dashboard's JSON file as the text of an SVG."""
    told = json.loads(dashboard.read_text())
    out, bottom = [], 0
    for panel in told["panels"]:
        for one in [panel, *(panel.get("panels") or [])]:
            grid = one["gridPos"]
            scale = (WIDTH - GAP) / 24
            box = (GAP + grid["x"] * scale, HEAD + 10 + grid["y"] * ROW, grid["w"] * scale - GAP, grid["h"] * ROW - GAP)
            bottom = max(bottom, box[1] + box[3] + GAP)
            if one["type"] == "row":
                out.append(text(box[0], box[1] + 18, one["title"], 14, weight="bold"))
            else:
                out += draw_panel(one, ask, box)
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{bottom:.0f}" '
            f'viewBox="0 0 {WIDTH} {bottom:.0f}" font-family="sans-serif"><rect width="100%" height="100%" '
            f'fill="#f4f5f5"/>' + text(GAP, 20, told["title"], 16, weight="bold"))
    return head + "\n" + "\n".join(out) + "\n</svg>\n"
