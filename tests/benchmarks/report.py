"""Results of run.py as plain text."""


def machine(found):
    return "{processor}, {cores} cores, {system}, Python {python}, load {load:.1f} at the start".format(**found)


def versions(found):
    lines = [f"  {who}: " + ", ".join(f"{name} {number}" for name, number in of.items()) for who, of in found.items()]
    return "\n".join(lines)


def contest(title, rounds, floor, found):
    """Return a row for each entry; the first is ours, to which the others are compared."""
    ours = found[0]
    lines = [f"\n{title} (medians of {rounds}, asked for: {floor})"]
    for entry in found:
        name = entry["who"] if entry["measurement"] != "eight_features" else "snnres, the reference's eight"
        line = f"  {name:<30}{1e3 * entry['seconds']:>10.2f} ms (best {1e3 * entry['best']:.2f})"
        if entry["who"] != "snnres":
            line += f"{entry['seconds'] / ours['seconds']:>8.1f}x"
        if "events" in ours:
            line += f"{ours['events'] / entry['seconds'] / 1e6:>9.0f} M events/s"
        lines.append(line + remarks(entry, found))
    return "\n".join(lines)


def remarks(entry, found):
    """Return what else an entry tells: whether its results are ours, how many features, how much faster the eight."""
    said = []
    ours = found[0]
    if "digest" in entry and entry is not ours:
        same = entry["digest"] == ours["digest"]
        said.append("same result" if same else f"OTHER RESULT: {entry['spikes']} spikes, not {ours['spikes']}")
    if "features" in entry:
        said.append(f"{entry['features']} features")
        eight = next(other for other in found if other["measurement"] == "eight_features")
        if entry["who"] != "snnres":
            said.append(f"{entry['seconds'] / eight['seconds']:.1f}x the eight alone")
    if entry.get("silent_steps") and entry is ours:
        said.append(f"{entry['silent_steps']} silent steps")
    return "  " + ", ".join(said) if said else ""


def startup(found):
    lines = ["\nA new process (asked for: import under 1 s, first run under 1 s more, cold under 15 s)"]
    for state, times in found.items():
        lines.append(f"  {state:<6}" + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in times.items()))
    return "\n".join(lines)


def scaling_head():
    head = "\nSmall worlds of 200 neighbours, 100 steps (asked for: 10^8 synapses within 8 GB)\n"
    names = ("synapses", "neurons", "build s", "run s", "ms/step", "ns/event", "M events/s", "firing %", "peak GiB")
    return head + "".join(f"{name:>12}" for name in names)


def scaling_row(row):
    firing = 100 * row["spikes"] / row["neurons"] / row["steps"]
    per_step = 1e3 * row["simulate"] / row["steps"]
    rate = row["events"] / row["simulate"]
    return (
        f"{row['synapses']:>12}{row['neurons']:>12}{row['build']:>12.3f}{row['simulate']:>12.4f}{per_step:>12.4f}"
        f"{1e9 / rate:>12.3f}{rate / 1e6:>12.0f}{firing:>12.2f}{row['peak_gib']:>12.2f}"
    )
