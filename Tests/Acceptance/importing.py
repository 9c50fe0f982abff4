"""A step of browser.py: a file is dropped on the page, its columns are put right, and it is imported; refused rows come back as a file."""
import csv
import io

HEADS = {"ja": ["姓", "名", "メール", "生年月日", "郵便番号", "メモ", "会員番号"],
         "en": ["Surname", "First Name", "E-mail", "Date of birth", "Postcode", "Notes", "Member no."]}
ROWS = 2_500


def rows(language):
    day = (lambda n: f"{1950 + n % 50}/{n % 12 + 1}/{n % 28 + 1}") if language == "ja" else (
        lambda n: f"{n % 28 + 1}/{n % 12 + 1}/{1950 + n % 50}")
    for n in range(1, ROWS + 1):
        name = "" if n in (7, 2_000) else (f"取込{n}" if language == "ja" else f"Imported{n}")
        mail = "no address" if n == 11 else f"import{n}.{language}@example.com"
        yield [name, "花" if language == "ja" else "Ann", mail, day(n), "150-0001", f"備考,{n}", f"M-{n}"]


def file(language):
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([HEADS[language], *rows(language)])
    return text.getvalue().encode("cp932" if language == "ja" else "utf-8")


def importing(desk):
    import playwright.sync_api

    desk.go("/")
    desk.command("データの取り込み" if desk.language == "ja" else "Import data")
    assert desk.page.url.endswith("/import"), desk.page.url
    desk.look("17-import")
    desk.page.set_input_files("#file", {"name": "workbook.xlsx", "mimeType": "text/csv", "buffer": b"PK\x03\x04rest"})
    desk.reach("form[data-import] button.primary")
    desk.page.keyboard.press("Enter") if desk.by_keyboard else desk.page.click("form[data-import] button.primary")
    desk.page.wait_for_selector("[role=alert]")
    # The server has answered 400, and the browser says so.
    desk.complaints = [told for told in desk.complaints if "400" not in told]
    desk.look("17-import-refused")

    desk.page.set_input_files("#file", {"name": f"{desk.language}.csv", "mimeType": "text/csv", "buffer": file(desk.language)})
    desk.press("form[data-import] button.primary")
    shown = {place: desk.page.input_value(f"#field-{place}") for place in range(7)}
    assert shown == {0: "LastName", 1: "FirstName", 2: "Email", 3: "Birthdate", 4: "MailingPostalCode", 5: "Description", 6: ""}, shown
    assert desk.page.input_value("#date-3") == ("Y/M/D" if desk.language == "ja" else "D/M/Y")
    assert desk.page.locator(".grid tbody tr").count() == 20
    assert desk.page.locator(".grid td.wrong").count() == 2, desk.page.locator(".grid td.wrong").all_inner_texts()
    desk.look("17-import-plan")
    desk.choose("#field-4", "")
    desk.press("button[value=check]")
    assert desk.page.input_value("#field-4") == ""
    desk.press("button[value=start]")
    desk.look("17-import-running")
    desk.page.wait_for_selector("[data-live='']", timeout=120_000, state="attached")
    desk.look("17-import-ended")
    assert "2,497" in desk.text, desk.text
    refused = list(csv.reader(io.StringIO(desk.save("a[href$='refused.csv']").read_text("utf-8-sig"))))
    assert refused[0][2:] == HEADS[desk.language], refused[0]
    wanted = [row for n, row in enumerate(rows(desk.language), 1) if n in (7, 11, 2_000)]
    assert [row[2:] for row in refused[1:]] == wanted, refused
    taken = list(csv.reader(io.StringIO(desk.save("a[href$='taken.csv']").read_text("utf-8-sig"))))
    assert len(taken) == ROWS - 3 + 1
    desk.go(f"/people/{taken[1][0]}")
    playwright.sync_api.expect(desk.page.locator("h1")).to_contain_text(taken[1][2])

    desk.go("/import")
    desk.page.wait_for_selector("[data-drop]:not([hidden])")
    desk.mark("#operation-delete")
    desk.type("#rows", "Id\n" + "\n".join(row[0] for row in taken[1:4]))
    desk.press("form[data-import] button.primary")
    desk.press("button[value=start]")
    assert desk.page.locator("[aria-invalid=true]").count() == 1
    desk.look("17-import-delete")
    desk.type("#typed", "3")
    desk.press("button[value=start]")
    desk.page.wait_for_selector("[data-live='']", timeout=120_000, state="attached")
    assert desk.go(f"/people/{taken[1][0]}") == 404 and desk.go(f"/people/{taken[4][0]}") == 200
    desk.complaints = [told for told in desk.complaints if "404" not in told]
    desk.go("/import")
    desk.press("tbody[data-rows] a")
    desk.press("button[value=discard]")
    desk.look("17-import-left")
    assert desk.page.locator("tbody[data-rows] a").first.inner_text() == f"{desk.language}.csv"
