import SOQL
import Testing

struct QueryShapeTests {
    @Test(arguments: [
        ("SELECT Id FROM Contact", "SELECT Id FROM Contact"),
        ("SELECT Id\n  FROM Contact WHERE Email='a@b.c'", "SELECT Id FROM Contact WHERE Email=?"),
        (
            "SELECT Id FROM Case WHERE CreatedDate > 2026-01-01T00:00:00Z AND Amount >= -1.5 LIMIT 10",
            "SELECT Id FROM Case WHERE CreatedDate > ? AND Amount >= ? LIMIT ?"
        ),
        ("SELECT Id FROM Contact WHERE Name IN ('O\\'Hara', '山田')", "SELECT Id FROM Contact WHERE Name IN (?, ?)"),
        ("SELECT Id FROM Contact WHERE Name = 'never closed", "SELECT Id FROM Contact WHERE Name ="),
        ("FIND {花子} IN ALL FIELDS", "FIND"), ("", ""),
    ])
    func `the shape of a query holds nothing that it compares with`(text: String, shape: String) {
        #expect(QueryShape.of(text) == shape)
    }
}
