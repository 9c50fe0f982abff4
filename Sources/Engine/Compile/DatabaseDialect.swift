import Store

// The language of queries has a dialect and date parts of its own; where both are meant, these are the database's.
typealias DatabaseDialect = Dialect
typealias DatabaseDatePart = DatePart
