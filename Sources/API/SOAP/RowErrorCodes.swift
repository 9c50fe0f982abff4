import Records

extension PlatformError.Code {
    /// Those that the WSDL lists for errors of rows: clients that were generated from it stop at any other.
    static let ofRows: [PlatformError.Code] = [
        .allOrNoneOperationRolledBack, .cannotInsertUpdateActivateEntity, .cannotUpdateConvertedLead,
        .circularDependency, .deleteFailed, .duplicateExternalID, .duplicatesDetected, .duplicateValue,
        .entityIsDeleted, .entityIsLocked, .exceededIDLimit, .batchProcessingHalted, .fieldIntegrityException,
        .functionalityNotEnabled, .insufficientAccess, .insufficientAccessOrReadonly, .invalidCrossReferenceKey,
        .invalidEmailAddress, .invalidField, .invalidFieldForInsertUpdate, .invalidInput, .invalidLogin,
        .invalidOperation, .invalidOrNullForRestrictedPicklist, .invalidQueryFilterOperator, .invalidQueryLocator,
        .invalidReplicationDate, .invalidSearch, .invalidSessionID, .invalidStatus, .invalidType,
        .invalidTypeOnFieldInRecord, .jsonParserError, .limitExceeded, .malformedID, .malformedQuery, .malformedSearch,
        .methodNotAllowed, .missingArgument, .notFound, .numberOutsideValidRange, .operationTooLarge, .processingHalted,
        .preconditionFailed, .queryTimeout, .queryTooComplicated, .requestLimitExceeded, .requiredFieldMissing,
        .serverUnavailable, .storageLimitExceeded, .stringTooLong, .unableToLockRow, .unknownException,
        .unsupportedAPIVersion, .unsupportedMediaType,
    ]
}
