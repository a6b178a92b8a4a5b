"""New calls out of the sections of labelled ones, so that no kind stands always at the same place with the same neighbours."""

AWAY = ("small_talk", "off_agenda")


def sections_of(rows):
    """Runs of rows of one section; a row holds at least kind and section."""
    out = []
    for row in rows:
        if out and out[-1][-1]["section"] == row["section"]:
            out[-1].append(row)
        else:
            out.append([row])
    return out


def compose(rows, donors, rng):
    """A new call from one call's rows; donors are digressions of other calls, each a run of rows of one section."""
    sections = sections_of(rows)
    out = []
    for at, section in enumerate(sections):
        kind, dice = section[0]["kind"], rng.random()
        if kind in AWAY:
            if dice < 0.40:
                out.append(rng.choice(donors))
            elif dice < 0.60 and len(sections) > 3:
                continue
            else:
                out.append(section)
        elif kind == "business":
            if dice < 0.15 and sum(s[0]["kind"] == "business" for s in sections) > 2:
                continue
            if dice < 0.45 and len(section) > 8:
                cut = rng.randrange(4, len(section) - 3)
                out += [section[:cut], rng.choice(donors), section[cut:]]
            elif dice < 0.60:
                out += [rng.choice(donors), section] if rng.random() < 0.5 else [section, rng.choice(donors)]
            else:
                out.append(section)
        elif dice < 0.8:
            out.append(section)
    if rng.random() < 0.25:
        bodies = [i for i, s in enumerate(out) if s[0]["kind"] in AWAY + ("business",)]
        shuffled = [out[i] for i in bodies]
        rng.shuffle(shuffled)
        for i, section in zip(bodies, shuffled):
            out[i] = section
    if out and rng.random() < 0.1 and len(out[0]) > 4:
        out[0] = out[0][rng.randrange(1, len(out[0]) - 2):]
    flat = []
    for number, section in enumerate(out or sections):
        flat += [{**row, "section": number} for row in section]
    return flat
