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
