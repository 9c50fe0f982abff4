"""Steps of browser.py: an administrator decides who sees which cases, an agent feels it, and both look."""


def sharing(desk):
    desk.go("/sharing")
    desk.look("19-sharing")
    desk.page.locator("select[id='model.Case']").select_option("Private")
    with desk.page.expect_navigation():
        desk.page.locator("form[action='/sharing'] button").click()
    desk.agent.go("/cases")
    assert desk.agent.page.locator("tbody[data-rows] tr").count() == 0, "a case of somebody else is listed"
    desk.page.locator("main details summary").click()
    rules = desk.page.locator("form[action='/sharing/rules']")
    rules.locator("#name").fill("Office")
    rules.locator("#object").select_option("Case")
    rules.locator("#kind-Criteria").check()
    rules.locator("#criteria").fill("Priority =")
    desk.look("19-sharing-rule")
    with desk.page.expect_navigation():
        rules.locator("button").click()
    assert desk.page.locator("#criteria").input_value() == "Priority ="
    desk.look("19-sharing-refused")
    desk.page.locator("#criteria").fill("Priority != null")
    groups = desk.page.locator("#to option").all()
    everybody = next(o for o in groups if "社内の全員" in o.inner_text() or "Everybody" in o.inner_text())
    desk.page.locator("#to").select_option(everybody.get_attribute("value"))
    with desk.page.expect_navigation():
        desk.page.locator("form[action='/sharing/rules'] button").click()
    desk.look("19-sharing-rules")
    desk.agent.go("/cases")
    rows = desk.agent.page.locator("tbody[data-rows] tr")
    assert rows.count() > 0, "the rule opens nothing"
    desk.agent.page.locator("tbody[data-rows] a[href^='/cases/']").first.click()
    desk.agent.page.wait_for_url("**/cases/*")
    desk.agent.look("19-case-to-read")
    assert desk.agent.page.locator("#composer").count() == 0, "a case that may only be read takes comments"
    case = desk.agent.page.url.rsplit("/", 1)[1].split("?")[0]
    desk.go(f"/cases/{case}")
    with desk.page.expect_navigation():
        desk.page.locator(f"a[href='/records/{case}/access']").click()
    desk.look("19-record-access")
    assert desk.page.locator("tbody[data-rows] tr").count() >= 2
    assert desk.agent.go(f"/records/{case}/access") == 404
    assert desk.agent.go("/sharing") == 404
    desk.agent.complaints = [told for told in desk.agent.complaints if "404" not in told]
    # As it was, for what comes after.
    desk.go("/sharing")
    with desk.page.expect_navigation():
        desk.page.locator("button[name='act'][value='delete']").first.click()
    desk.page.locator("select[id='model.Case']").select_option("ReadWrite")
    with desk.page.expect_navigation():
        desk.page.locator("form[action='/sharing'] button").click()
