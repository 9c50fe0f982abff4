"""Steps of browser.py: what everybody did becomes event log files, which the administrator looks at, and an agent cannot."""
import csv
import datetime
import io
import time

HOURS = (1, 2, 3, 5, 8, 13, 21, 26, 50, 75, 100, 200)


def leave_events(desk):
    """The events of this hour lie there for earlier hours as well, as if a process had been killed in each of them."""
    folder = desk.server.organisation / "events"
    end = time.monotonic() + 30
    while not (files := list(folder.glob("*.csv"))):
        assert time.monotonic() < end, "no event was written down within 30 seconds"
        time.sleep(0.2)
    lines = files[0].read_bytes().splitlines(keepends=True)
    assert len(lines) >= 8, len(lines)
    now = datetime.datetime.now(datetime.UTC)
    for place, hours in enumerate(HOURS):
        name = (now - datetime.timedelta(hours=hours)).strftime("%Y%m%d%H")
        (folder / f"{name}-killed.csv").write_bytes(b"".join(lines[: len(lines) * (place % 4 + 1) // 4]))


def monitoring(desk):
    end = time.monotonic() + 120
    desk.go("/events")
    while desk.page.locator("tbody[data-rows] tr").count() == 0:
        assert time.monotonic() < end, "no event log file was made within two minutes"
        time.sleep(2)
        desk.page.reload()
    assert desk.page.locator(".chart").count() >= 3
    desk.look("18-events")
    desk.go("/events?span=month")
    assert desk.page.locator(".chart a").count() >= 5
    desk.look("18-events-month")
    desk.page.locator(".chart a").last.focus()
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    assert "day=" in desk.page.url
    desk.look("18-events-day")
    file = desk.save("tbody[data-rows] a[href^='/events/']").read_text()
    rows = list(csv.DictReader(io.StringIO(file)))
    assert rows and all(row["EVENT_TYPE"] and row["TIMESTAMP_DERIVED"] for row in rows), file[:500]
    assert desk.agent.go("/events") == 404
    desk.agent.complaints = [told for told in desk.agent.complaints if "404" not in told]
