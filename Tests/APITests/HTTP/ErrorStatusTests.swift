import HTTP
import Hummingbird
import Records
import Testing

struct ErrorStatusTests {
    /// Every code that there is, with the status that the platform's reference gives it.
    static let table: [(PlatformError.Code, Int)] = [
        (.allOrNoneOperationRolledBack, 400), (.cannotInsertUpdateActivateEntity, 400), (.circularDependency, 400),
        (.deleteFailed, 400), (.duplicateExternalID, 400), (.duplicateValue, 400), (.entityIsDeleted, 404),
        (.entityIsLocked, 400), (.exceededIDLimit, 400), (.fieldIntegrityException, 400),
        (.functionalityNotEnabled, 403), (.insufficientAccess, 403), (.insufficientAccessOrReadonly, 400),
        (.invalidCrossReferenceKey, 400), (.invalidEmailAddress, 400), (.invalidField, 400),
        (.invalidFieldForInsertUpdate, 400), (.invalidLogin, 400), (.invalidOperation, 400),
        (.invalidOrNullForRestrictedPicklist, 400), (.invalidQueryFilterOperator, 400), (.invalidQueryLocator, 400),
        (.invalidReplicationDate, 400), (.invalidSearch, 400), (.invalidSessionID, 401), (.invalidType, 400),
        (.invalidTypeOnFieldInRecord, 400), (.jsonParserError, 400), (.limitExceeded, 403), (.malformedID, 400),
        (.malformedQuery, 400), (.malformedSearch, 400), (.methodNotAllowed, 405), (.missingArgument, 400),
        (.notFound, 404), (.numberOutsideValidRange, 400), (.operationTooLarge, 400), (.queryTimeout, 400),
        (.queryTooComplicated, 400), (.requestLimitExceeded, 403), (.requiredFieldMissing, 400),
        (.serverUnavailable, 503), (.storageLimitExceeded, 403), (.stringTooLong, 400), (.unableToLockRow, 400),
        (.unknownException, 500), (.unsupportedAPIVersion, 410), (.unsupportedMediaType, 415),
    ]

    @Test(arguments: table)
    func `every code has the platform's status`(code: PlatformError.Code, status: Int) {
        #expect(code.status.code == status)
    }
}
