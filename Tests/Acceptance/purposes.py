"""A step of browser.py: an administrator limits a purpose to what it needs, and looks at it."""


def purposes(desk):
    desk.go("/purposes")
    desk.look("20-purposes")
    desk.page.locator("main details summary").click()
    form = desk.page.locator("form[action='/purposes']")
    form.locator("#name").fill("Newsletter")
    form.locator("#developerName").fill("newsletter")
    with desk.page.expect_navigation():
        form.locator("button").click()
    desk.page.locator("#scope-OptedIn").check()
    desk.page.locator("#add").select_option("Contact")
    with desk.page.expect_navigation():
        desk.page.locator("form[method='get'].filters button").last.click()
    assert desk.page.locator("#scope-Everyone").is_checked(), "nothing is saved before one says so"
    desk.page.locator("#scope-OptedIn").check()
    for field in ("Contact.Name", "Contact.Email"):
        desk.page.locator(f"input[value='{field}']").check()
    desk.look("20-purpose")
    with desk.page.expect_navigation():
        desk.page.locator("button.primary[form='purpose']").click()
    assert desk.page.locator("input[name='field']:checked").count() == 2
    desk.go("/purposes")
    desk.look("20-purposes-one")
    desk.page.locator("main a[href^='/purposes/']").first.wait_for()
    assert desk.agent.go("/purposes") == 404
    desk.agent.complaints = [told for told in desk.agent.complaints if "404" not in told]
    desk.page.locator("main table a", has_text="Newsletter").click()
    desk.page.wait_for_url("**/purposes/*")
    with desk.page.expect_navigation():
        desk.page.locator("button[name='act'][value='delete']").click()
    assert desk.page.locator("main table a", has_text="Newsletter").count() == 0


def encryption(desk):
    """A field is encrypted, and reads as before."""
    # Each language has fields of its own: what was encrypted before stays so.
    plain, address = {"ja": ("Contact.Fax", "Contact.Email"), "en": ("Lead.Fax", "Lead.Email")}[desk.language]
    desk.go("/encryption")
    desk.look("23-encryption")
    desk.page.locator("main details summary").first.click()
    desk.page.locator("#field").select_option(plain)
    with desk.page.expect_navigation():
        desk.page.locator("form[action='/encryption'] button.primary").click()
    desk.page.locator("main details summary").first.click()
    desk.page.locator("#field").select_option(address)
    with desk.page.expect_navigation():
        desk.page.locator("form[action='/encryption'] button.primary").click()
    desk.look("23-encryption-refused")
    assert desk.page.locator("#field").input_value() == address
    desk.page.locator("#scheme-CaseInsensitiveDeterministicEncryption").check()
    with desk.page.expect_navigation():
        desk.page.locator("form[action='/encryption'] button.primary").click()
    with desk.page.expect_navigation():
        desk.page.locator("button[value='rotate']").click()
    desk.look("23-encryption-two")
    assert desk.page.locator("section[aria-labelledby='secrets'] tbody tr").count() >= 2
    assert desk.agent.go("/encryption") == 404
    desk.agent.complaints = [told for told in desk.agent.complaints if "404" not in told]
    desk.complaints = [told for told in desk.complaints if "422" not in told]


def policies(desk):
    """And says when people may be signed in, but not that they themselves may not."""
    desk.go("/sign-in-policies")
    desk.look("22-policies")
    desk.page.locator("main details summary").click()
    form = desk.page.locator("form[action='/sign-in-policies']")
    form.locator("#name").fill("Office")
    form.locator("#addresses").fill("192.0.2.0/24")
    form.locator("#idle").fill("30")
    with desk.page.expect_navigation():
        form.locator("button").click()
    desk.look("22-policies-refused")
    assert desk.page.locator("#addresses").input_value() == "192.0.2.0/24"
    desk.page.locator("#addresses").fill("127.0.0.0/8\n::1")
    with desk.page.expect_navigation():
        desk.page.locator("form[action='/sign-in-policies'] button").click()
    desk.look("22-policies-one")
    assert desk.agent.go("/sign-in-policies") == 404
    desk.agent.complaints = [told for told in desk.agent.complaints if "404" not in told]
    with desk.page.expect_navigation():
        desk.page.locator("button[name='act'][value='delete']").click()
    assert desk.page.locator("tbody[data-rows]").count() == 0
    desk.complaints = [told for told in desk.complaints if "422" not in told]
