//! Why a call was refused: the closed list that callers may program against.
//!
//! One table gives each reason its name, its text on the wire, its usual outcome, the pause after which the same
//! request may succeed, and its meaning. A reason is never renamed or reused; see also the enum of the same name in
//! `proto/`.

use std::fmt;
use std::time::Duration;

use crate::fault::{Outcome, Retry};

macro_rules! reasons {
    ($(#[doc = $doc:literal] $variant:ident = $text:literal, $outcome:ident $(, retry $pause:literal)?;)*) => {
        /// Why a call was refused. The text is at most 63 characters of upper snake case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason {
            $(#[doc = $doc] $variant,)*
        }

        impl Reason {
            /// Every reason, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The text on the wire, for example `AMOUNT_FORMAT`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// How a call refused for this reason fails unless said otherwise.
            pub const fn outcome(self) -> Outcome {
                match self { $(Self::$variant => Outcome::$outcome,)* }
            }

            /// What to do with the same request unless the fault says otherwise.
            pub const fn retry(self) -> Retry {
                match self { $(Self::$variant => reasons!(@retry $($pause)?),)* }
            }

            /// One sentence on what the reason means.
            pub fn describe(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }.trim_start()
            }

            /// The reason of this wire text, if we know it.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
    (@retry) => { Retry::Never };
    (@retry $pause:literal) => { Retry::After(Duration::from_millis($pause)) };
}

reasons! {
    // The message as such
    /// The bytes are not a message of this method: wrong wire type, truncated, not UTF-8, nested too deep.
    MalformedMessage = "MALFORMED_MESSAGE", Invalid;
    /// The message is larger than the service accepts, before or after decompression.
    MessageTooLarge = "MESSAGE_TOO_LARGE", Exhausted;
    /// There is no such service or method.
    MethodUnknown = "METHOD_UNKNOWN", Unimplemented;
    /// The message is compressed in a way the service does not read.
    EncodingUnsupported = "ENCODING_UNSUPPORTED", Unimplemented;
    /// The grpc-timeout header cannot be read.
    BadDeadline = "BAD_DEADLINE", Invalid;
    /// The deadline had passed before the call arrived; nothing was done.
    ExpiredOnArrival = "EXPIRED_ON_ARRIVAL", DeadlineExceeded;
    /// The deadline passed while the call ran; repeat it with the same request id to learn its result.
    DeadlineExpired = "DEADLINE_EXPIRED", DeadlineExceeded;
    /// The caller gave up; repeat the call with the same request id to learn its result.
    CallCancelled = "CALL_CANCELLED", Cancelled;
    /// The JSON body cannot be read: syntax, duplicate keys, trailing bytes, nesting, numbers out of range.
    MalformedJson = "MALFORMED_JSON", Invalid;
    /// The JSON body names a field the message does not have.
    UnknownField = "UNKNOWN_FIELD", Invalid;

    // Who is calling
    /// No credential was sent.
    TokenMissing = "TOKEN_MISSING", Unauthenticated;
    /// The credential is malformed, unsigned, signed by nobody we trust, not yet valid, or sent twice.
    TokenInvalid = "TOKEN_INVALID", Unauthenticated;
    /// The credential was valid once.
    TokenExpired = "TOKEN_EXPIRED", Unauthenticated;
    /// The credential was made for another service or by another issuer.
    TokenAudience = "TOKEN_AUDIENCE", Unauthenticated;
    /// The API key is unknown, revoked or its secret is wrong.
    ApiKeyInvalid = "API_KEY_INVALID", Unauthenticated;
    /// The portal session ended; sign in again.
    SessionExpired = "SESSION_EXPIRED", Unauthenticated;
    /// The caller lacks the permission named in the metadata.
    PermissionMissing = "PERMISSION_MISSING", Forbidden;
    /// This service may not call that method.
    CallerNotAllowed = "CALLER_NOT_ALLOWED", Forbidden;
    /// The tenant comes from the credential only; the request names one.
    TenantNotAllowedInRequest = "TENANT_NOT_ALLOWED_IN_REQUEST", Invalid;
    /// The tenant used up its quota of calls.
    RateLimited = "RATE_LIMITED", Exhausted, retry 1000;
    /// The form was not served by this session.
    CsrfTokenInvalid = "CSRF_TOKEN_INVALID", Forbidden;

    // The state of the service
    /// The thing does not exist or belongs to another tenant; the two look the same.
    ResourceNotFound = "RESOURCE_NOT_FOUND", NotFound;
    /// A bug or broken data on the side of the service.
    InternalError = "INTERNAL_ERROR", Internal;
    /// The database cannot be reached.
    DatabaseUnavailable = "DATABASE_UNAVAILABLE", Unavailable, retry 500;
    /// All database connections are in use.
    DbPoolExhausted = "DB_POOL_EXHAUSTED", Unavailable, retry 250;
    /// The disk of the service is full; nothing was written.
    StorageFull = "STORAGE_FULL", Exhausted, retry 5000;
    /// Concurrent changes kept colliding; the same request may be repeated as it is.
    ConflictRetry = "CONFLICT_RETRY", Aborted, retry 50;
    /// The service or one it needs does not answer.
    ServiceUnavailable = "SERVICE_UNAVAILABLE", Unavailable, retry 250;
    /// The service refuses work beyond what it can finish in time.
    Overloaded = "OVERLOADED", Unavailable, retry 250;
    /// This replica is shutting down; another one will answer.
    Draining = "DRAINING", Unavailable, retry 100;
    /// A setting is missing, unknown or out of range.
    ConfigInvalid = "CONFIG_INVALID", Invalid;

    // Idempotency and concurrency
    /// A mutation needs a request_id.
    RequestIdRequired = "REQUEST_ID_REQUIRED", Invalid;
    /// The request_id is not a UUID, or is the nil UUID.
    RequestIdInvalid = "REQUEST_ID_INVALID", Invalid;
    /// The request_id was used before with another body.
    RequestIdReused = "REQUEST_ID_REUSED", Invalid;
    /// The thing changed since the etag was read; read it again.
    EtagMismatch = "ETAG_MISMATCH", Aborted;

    // Money
    /// Not a plain decimal number: digits, at most one point, at most one leading minus.
    AmountFormat = "AMOUNT_FORMAT", Invalid;
    /// More decimals than the currency or the field has.
    AmountPrecision = "AMOUNT_PRECISION", Invalid;
    /// Beyond 10^15 minor units, or beyond the range of the field.
    AmountOutOfRange = "AMOUNT_OUT_OF_RANGE", Invalid;
    /// The amount must be greater than zero.
    AmountNotPositive = "AMOUNT_NOT_POSITIVE", Invalid;
    /// Units and nanos of a money value contradict each other.
    MoneyInvalid = "MONEY_INVALID", Invalid;
    /// Not an active ISO 4217 currency code in upper case.
    CurrencyUnknown = "CURRENCY_UNKNOWN", Invalid;
    /// Two amounts that must share a currency do not.
    CurrencyMismatch = "CURRENCY_MISMATCH", Precondition;
    /// The exchange rate is zero, negative, absurd or dated in the future.
    FxRateInvalid = "FX_RATE_INVALID", Invalid;
    /// The currencies differ and no exchange rate was given or is on file.
    FxRateRequired = "FX_RATE_REQUIRED", Invalid;
    /// The parts do not add up to the whole.
    AllocationSum = "ALLOCATION_SUM", Invalid;
    /// The same thing is named twice in one allocation.
    AllocationDuplicate = "ALLOCATION_DUPLICATE", Invalid;
    /// The weights of a split are missing, negative or all zero.
    AllocationWeights = "ALLOCATION_WEIGHTS", Invalid;
    /// More would be applied than is open.
    OverApplication = "OVER_APPLICATION", Precondition;
    /// More would be refunded than was captured.
    RefundExceedsCapture = "REFUND_EXCEEDS_CAPTURE", Precondition;
    /// More would be credited than is left to credit on the document.
    ExceedsCreditable = "EXCEEDS_CREDITABLE", Precondition;

    // Fields
    /// The field must be set.
    FieldRequired = "FIELD_REQUIRED", Invalid;
    /// The field cannot change once set.
    FieldImmutable = "FIELD_IMMUTABLE", Invalid;
    /// The field mask is empty where that is not allowed or names an unknown path.
    FieldMaskInvalid = "FIELD_MASK_INVALID", Invalid;
    /// The number is outside the range of the field.
    FieldOutOfRange = "FIELD_OUT_OF_RANGE", Invalid;
    /// Two fields exclude each other.
    FieldsConflict = "FIELDS_CONFLICT", Invalid;
    /// The enum value is unknown, or unspecified where one is required.
    EnumInvalid = "ENUM_INVALID", Invalid;
    /// The list is longer than allowed.
    TooManyItems = "TOO_MANY_ITEMS", Invalid;
    /// Not a calendar date from 1970 to 2199, or an instant out of that range.
    DateInvalid = "DATE_INVALID", Invalid;
    /// The end of the period lies before its start, or a change before what it changes.
    DateOrder = "DATE_ORDER", Invalid;
    /// The due date lies before the issue date.
    DueBeforeIssue = "DUE_BEFORE_ISSUE", Invalid;
    /// Not a time zone of the IANA database.
    TimeZoneUnknown = "TIME_ZONE_UNKNOWN", Invalid;
    /// The text has control, invisible or direction-changing characters, or a lone combining mark.
    TextInvalid = "TEXT_INVALID", Invalid;
    /// The text is longer than the field allows.
    TextTooLong = "TEXT_TOO_LONG", Invalid;
    /// The text has characters the receiving standard does not carry.
    TextCharset = "TEXT_CHARSET", Invalid;
    /// The text holds what looks like a payment card number; card numbers never enter.
    CardNumberForbidden = "CARD_NUMBER_FORBIDDEN", Invalid;
    /// The id or resource name is malformed.
    NameInvalid = "NAME_INVALID", Invalid;
    /// Not an e-mail address.
    EmailInvalid = "EMAIL_INVALID", Invalid;
    /// Not an ISO 3166-1 alpha-2 country code in upper case.
    CountryUnknown = "COUNTRY_UNKNOWN", Invalid;
    /// The IBAN is malformed or its check digits are wrong.
    IbanInvalid = "IBAN_INVALID", Invalid;
    /// The BIC is malformed.
    BicInvalid = "BIC_INVALID", Invalid;
    /// The VAT identification number is malformed or its check digits are wrong.
    VatIdInvalid = "VAT_ID_INVALID", Invalid;
    /// The structured reference is malformed or its check digits are wrong.
    ReferenceInvalid = "REFERENCE_INVALID", Invalid;
    /// Another thing of this kind carries this external id.
    DuplicateExternalId = "DUPLICATE_EXTERNAL_ID", AlreadyExists;
    /// The thing exists already with other content.
    AlreadyExists = "ALREADY_EXISTS", AlreadyExists;

    // Lists and searches
    /// The filter names an unknown field, does not parse, or is too large.
    FilterInvalid = "FILTER_INVALID", Invalid;
    /// The list cannot be ordered by that field.
    OrderByInvalid = "ORDER_BY_INVALID", Invalid;
    /// The page size is below zero.
    PageSizeNegative = "PAGE_SIZE_NEGATIVE", Invalid;
    /// The page token is forged, expired, or belongs to another list or tenant.
    PageTokenInvalid = "PAGE_TOKEN_INVALID", Invalid;

    // State machines and approval
    /// The thing is in a state from which this step is not possible.
    IllegalTransition = "ILLEGAL_TRANSITION", Precondition;
    /// The accounting period of that date is closed.
    PeriodClosed = "PERIOD_CLOSED", Precondition;
    /// The number series of that year is closed.
    SeriesClosed = "SERIES_CLOSED", Precondition;
    /// Nobody approves their own request.
    SelfApproval = "SELF_APPROVAL", Forbidden;
    /// This step needs the approval of a second person first.
    ApprovalRequired = "APPROVAL_REQUIRED", Precondition;
    /// The request changed since the approver saw it; read it again.
    ApprovalStale = "APPROVAL_STALE", Aborted;
    /// Something else still depends on the thing.
    InUse = "IN_USE", Precondition;
    /// The figures the run was proposed on have changed; propose it again.
    RunStale = "RUN_STALE", Aborted;
    /// Debits and credits of a journal entry differ; nothing was posted.
    LedgerUnbalanced = "LEDGER_UNBALANCED", Internal;

    // Credit
    /// The order does not fit into the available credit.
    CreditLimitExceeded = "CREDIT_LIMIT_EXCEEDED", Precondition;
    /// Credit was decided against.
    CreditRejected = "CREDIT_REJECTED", Precondition;
    /// The customer is on hold.
    CustomerOnHold = "CUSTOMER_ON_HOLD", Precondition;
    /// The customer is closed to new business.
    CustomerInactive = "CUSTOMER_INACTIVE", Precondition;
    /// A customer cannot be its own ancestor.
    CustomerHierarchyCycle = "CUSTOMER_HIERARCHY_CYCLE", Precondition;
    /// The credit score is below what the policy asks for.
    ScoreTooLow = "SCORE_TOO_LOW", Precondition;
    /// There is not enough data for a score.
    ScoreUnavailable = "SCORE_UNAVAILABLE", Precondition;
    /// The policy does not allow these payment terms for this customer.
    TermsNotAllowed = "TERMS_NOT_ALLOWED", Precondition;
    /// No credit policy covers this customer.
    PolicyMissing = "POLICY_MISSING", Precondition;
    /// The credit reservation ran out.
    ReservationExpired = "RESERVATION_EXPIRED", Precondition;
    /// The customer has no credit limit in that currency.
    LimitNotSet = "LIMIT_NOT_SET", Precondition;

    // Invoicing
    /// The seller does not issue documents any more.
    LegalEntityInactive = "LEGAL_ENTITY_INACTIVE", Precondition;
    /// No number series fits the document.
    SeriesMissing = "SERIES_MISSING", Precondition;
    /// Lines, taxes, discounts and totals do not add up.
    DocumentTotals = "DOCUMENT_TOTALS", Invalid;
    /// The tax category, rate or exemption reason contradict each other.
    TaxInvalid = "TAX_INVALID", Invalid;
    /// The document breaks a rule of the e-invoice standard it is meant for.
    DocumentInvalid = "DOCUMENT_INVALID", Invalid;
    /// More would be fulfilled than is still open on the order.
    OrderNotFulfillable = "ORDER_NOT_FULFILLABLE", Precondition;
    /// The mail server did not take the message.
    MailDeliveryFailed = "MAIL_DELIVERY_FAILED", Unavailable, retry 60000;

    // Payments
    /// The mandate is missing, revoked, expired or used up.
    MandateInvalid = "MANDATE_INVALID", Precondition;
    /// The payment method is expired, blocked or does not fit the payment.
    MethodUnusable = "METHOD_UNUSABLE", Precondition;
    /// The payment provider declined.
    PaymentDeclined = "PAYMENT_DECLINED", Precondition;
    /// The provider has not said how an earlier attempt ended; wait for it.
    PaymentOutcomeUnknown = "PAYMENT_OUTCOME_UNKNOWN", Precondition;
    /// The fraud checks stopped the payment for review.
    PaymentSuspectedFraud = "PAYMENT_SUSPECTED_FRAUD", Precondition;
    /// The batch has been submitted and takes no more payments.
    BatchClosed = "BATCH_CLOSED", Precondition;
    /// The condition for releasing the money is not met.
    EscrowConditionUnmet = "ESCROW_CONDITION_UNMET", Precondition;
    /// The instalments of the plan do not add up or are out of order.
    PlanInvalid = "PLAN_INVALID", Invalid;
    /// The payment plan was broken.
    PlanBreached = "PLAN_BREACHED", Precondition;

    // Reconciliation and ledger
    /// Totals of the statement differ from the sum of its lines.
    StatementTotals = "STATEMENT_TOTALS", Invalid;
    /// A statement with this identity was imported with other content.
    StatementDuplicate = "STATEMENT_DUPLICATE", AlreadyExists;
    /// The statement breaks its format at the place named in the metadata.
    StatementMalformed = "STATEMENT_MALFORMED", Invalid;
    /// The opening balance is not the last closing balance.
    StatementGap = "STATEMENT_GAP", Precondition;
    /// The statement has findings that must be resolved first.
    StatementFinding = "STATEMENT_FINDING", Precondition;
    /// The statement is for an account that is not on file.
    BankAccountUnknown = "BANK_ACCOUNT_UNKNOWN", Precondition;
    /// The open item is disputed.
    ItemDisputed = "ITEM_DISPUTED", Precondition;
    /// The open item is settled already.
    ItemSettled = "ITEM_SETTLED", Precondition;
    /// The receipt is applied already.
    ReceiptApplied = "RECEIPT_APPLIED", Precondition;
    /// No such account in the chart of accounts.
    AccountUnknown = "ACCOUNT_UNKNOWN", Invalid;

    // Collections
    /// A promise for this debt is open already.
    PromiseAlreadyOpen = "PROMISE_ALREADY_OPEN", Precondition;
    /// The promise exceeds what is owed or lies too far ahead.
    PromiseInvalid = "PROMISE_INVALID", Invalid;
    /// A dispute about this document is open already.
    DisputeAlreadyOpen = "DISPUTE_ALREADY_OPEN", Precondition;
    /// Contact with this customer is paused.
    ContactPaused = "CONTACT_PAUSED", Precondition;
    /// The customer has no contact for this purpose.
    ContactMissing = "CONTACT_MISSING", Precondition;
    /// A notice of this level was issued for the invoice already.
    NoticeAlreadyIssued = "NOTICE_ALREADY_ISSUED", Precondition;
    /// The steps of the strategy are out of order or contradict each other.
    StrategyInvalid = "STRATEGY_INVALID", Invalid;

    // Events
    /// The event's payload cannot be decoded.
    EventUndecodable = "EVENT_UNDECODABLE", Invalid;
    /// The event is of a version this consumer does not know.
    EventVersionUnknown = "EVENT_VERSION_UNKNOWN", Invalid;
    /// The event is of a type this consumer does not know.
    EventTypeUnknown = "EVENT_TYPE_UNKNOWN", Invalid;
    /// The event claims a subject its producer does not own.
    EventProducerForbidden = "EVENT_PRODUCER_FORBIDDEN", Forbidden;
    /// Positions, versions or hashes of the log do not follow each other.
    EventOutOfOrder = "EVENT_OUT_OF_ORDER", Internal;
    /// The consumer has read further than the log reaches: the producer was restored from an older copy.
    CursorAheadOfLog = "CURSOR_AHEAD_OF_LOG", Precondition;
    /// An earlier event of the same subject waits in the dead letters.
    SubjectBlocked = "SUBJECT_BLOCKED", Precondition;
    /// Another replica took over the work.
    LeaseLost = "LEASE_LOST", Aborted, retry 50;

    // Webhooks
    /// The webhook signature is missing or wrong.
    WebhookSignatureInvalid = "WEBHOOK_SIGNATURE_INVALID", Unauthenticated;
    /// The webhook was signed too long ago or in the future.
    WebhookTimestampSkew = "WEBHOOK_TIMESTAMP_SKEW", Unauthenticated;
    /// The webhook address is not a public https address.
    WebhookUrlForbidden = "WEBHOOK_URL_FORBIDDEN", Invalid;

    // Files
    /// The file is of no format we read.
    FormatUnknown = "FORMAT_UNKNOWN", Invalid;
    /// The file is not what its name or type says, or holds what we do not open.
    FileTypeUnsupported = "FILE_TYPE_UNSUPPORTED", Invalid;
    /// The file, or what it inflates to, is larger than allowed.
    FileTooLarge = "FILE_TOO_LARGE", Invalid;
    /// The file breaks its format at the place named in the metadata.
    FileMalformed = "FILE_MALFORMED", Invalid;
    /// The XML has a document type declaration.
    XmlDtdForbidden = "XML_DTD_FORBIDDEN", Invalid;
    /// The XML is too deep, or has too many attributes, namespaces or too long texts.
    XmlLimit = "XML_LIMIT", Invalid;
    /// The XML is not in the encoding it declares, or in one we do not read.
    XmlEncoding = "XML_ENCODING", Invalid;
    /// The XML is not well formed.
    XmlMalformed = "XML_MALFORMED", Invalid;
    /// The CSV breaks at the row and column named in the metadata.
    CsvMalformed = "CSV_MALFORMED", Invalid;

    // Rules of single services
    /// The amount exceeds what is open on the document; the metadata says how much is.
    AmountExceedsOpen = "AMOUNT_EXCEEDS_OPEN", Precondition;
    /// The customer is closed: no orders are taken.
    CustomerClosed = "CUSTOMER_CLOSED", Precondition;
    /// The documents or the money belong to different customers.
    CustomerMismatch = "CUSTOMER_MISMATCH", Precondition;
    /// The oldest overdue item is older than the credit policy tolerates.
    OverdueTooLong = "OVERDUE_TOO_LONG", Precondition;
    /// The period is empty, reversed or longer than the method allows.
    PeriodInvalid = "PERIOD_INVALID", Invalid;
    /// More is delivered than the order has left; the metadata says what is.
    QuantityExceedsOrder = "QUANTITY_EXCEEDS_ORDER", Precondition;
    /// The order already has a reservation.
    ReservationExists = "RESERVATION_EXISTS", AlreadyExists;
    /// The steps of a strategy do not ascend by days and level.
    StepsInvalid = "STEPS_INVALID", Invalid;
    /// The letter template does not compile; the metadata names the line.
    TemplateInvalid = "TEMPLATE_INVALID", Invalid;
    /// The terms of payment are not understood.
    TermsInvalid = "TERMS_INVALID", Invalid;
    /// A number lies outside its range.
    ValueOutOfRange = "VALUE_OUT_OF_RANGE", Invalid;
    /// The payment method's token is not known to the rail.
    PaymentMethodInvalid = "PAYMENT_METHOD_INVALID", Invalid;
    /// The credit policy does not allow this payment method.
    PaymentMethodNotAllowed = "PAYMENT_METHOD_NOT_ALLOWED", Precondition;
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_a_google_error_reason() {
        for reason in Reason::ALL {
            let text = reason.as_str();
            assert!(text.len() <= 63, "{text} is too long for ErrorInfo");
            assert!(text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'), "{text}");
            assert_eq!(Reason::parse(text), Some(*reason));
            assert!(reason.describe().ends_with('.'), "{text} needs a sentence");
        }
    }

    #[test]
    fn the_text_is_the_name_of_the_variant() {
        for reason in Reason::ALL {
            let folded = reason.as_str().replace('_', "").to_lowercase();
            assert_eq!(folded, format!("{reason:?}").to_lowercase());
        }
    }

    #[test]
    fn the_caller_waits_only_where_waiting_helps() {
        for reason in Reason::ALL {
            if reason.outcome() == Outcome::Unavailable {
                assert_ne!(reason.retry(), Retry::Never, "{reason} must tell the caller when to come back");
            }
            if matches!(reason.outcome(), Outcome::Invalid | Outcome::Forbidden | Outcome::NotFound) {
                assert_eq!(reason.retry(), Retry::Never, "{reason} would be repeated in vain");
            }
        }
    }

    #[test]
    fn an_unknown_text_is_no_reason() {
        assert_eq!(Reason::parse("amount_format"), None);
        assert_eq!(Reason::parse(""), None);
    }
}
