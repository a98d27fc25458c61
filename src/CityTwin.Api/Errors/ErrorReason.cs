namespace CityTwin.Api.Errors;

/// <summary>The catalogue of reasons: every error carries one of them in its <c>google.rpc.ErrorInfo</c>. They are never renamed.</summary>
public static class ErrorReason
{
    /// <summary>What <c>ErrorInfo.domain</c> says.</summary>
    public const string Domain = "citytwin";

    /// <summary>INVALID_ARGUMENT: fields of the request break their rules; each is named in a <c>BadRequest</c>.</summary>
    public const string InvalidFields = "INVALID_FIELDS";

    /// <summary>INVALID_ARGUMENT: the filter cannot be read or names what there is not; the violation tells the position.</summary>
    public const string InvalidFilter = "INVALID_FILTER";

    /// <summary>INVALID_ARGUMENT: the page token is not one of ours, or belongs to another list or filter.</summary>
    public const string InvalidPageToken = "INVALID_PAGE_TOKEN";

    /// <summary>INVALID_ARGUMENT: the JSON has fields, or the address has parameters, that do not exist; each is named.</summary>
    public const string UnknownFields = "UNKNOWN_FIELDS";

    /// <summary>INVALID_ARGUMENT: the body is larger than this server takes.</summary>
    public const string RequestTooLarge = "REQUEST_TOO_LARGE";

    /// <summary>INVALID_ARGUMENT: the body is no JSON, or its content type says something else.</summary>
    public const string InvalidJson = "INVALID_JSON";

    /// <summary>INVALID_ARGUMENT: the bytes are no message of this method, or are not framed as gRPC frames them.</summary>
    public const string InvalidMessage = "INVALID_MESSAGE";

    /// <summary>NOT_FOUND: the city has no such thing.</summary>
    public const string NotFound = "NOT_FOUND";

    /// <summary>FAILED_PRECONDITION: the alert's cause is gone.</summary>
    public const string AlertCleared = "ALERT_CLEARED";

    /// <summary>FAILED_PRECONDITION: the guard is off duty, has no order in hand, or has one.</summary>
    public const string GuardNotReady = "GUARD_NOT_READY";

    /// <summary>FAILED_PRECONDITION: this server keeps no history.</summary>
    public const string HistoryOff = "HISTORY_OFF";

    /// <summary>OUT_OF_RANGE: the instant is older than what history keeps, or lies ahead; the message names what is kept.</summary>
    public const string BeyondHistory = "BEYOND_HISTORY";

    /// <summary>UNAVAILABLE: what was asked for is in the database, which cannot be read now.</summary>
    public const string NotReadable = "NOT_READABLE";

    /// <summary>FAILED_PRECONDITION: the version belongs to another change log.</summary>
    public const string VersionOfAnotherLog = "VERSION_OF_ANOTHER_LOG";

    /// <summary>DEADLINE_EXCEEDED: the version asked for did not arrive here in time.</summary>
    public const string VersionNotReached = "VERSION_NOT_REACHED";

    /// <summary>DEADLINE_EXCEEDED: the owner of the thing did not answer in time; repeat with the same request_id.</summary>
    public const string OwnerSilent = "OWNER_SILENT";

    /// <summary>UNAVAILABLE: the server has just started and has not read the city yet.</summary>
    public const string NotReady = "NOT_READY";

    /// <summary>UNAVAILABLE: the write failed or its outcome is unknown; repeat with the same request_id.</summary>
    public const string NotSaved = "NOT_SAVED";

    /// <summary>UNAVAILABLE: the cluster cannot reach the owner now.</summary>
    public const string ClusterUnavailable = "CLUSTER_UNAVAILABLE";

    /// <summary>UNAVAILABLE: another silo runs the simulation, and alone knows it; the message names that silo.</summary>
    public const string AtAnotherSilo = "AT_ANOTHER_SILO";

    /// <summary>RESOURCE_EXHAUSTED: too many streams are open.</summary>
    public const string TooManyStreams = "TOO_MANY_STREAMS";

    /// <summary>RESOURCE_EXHAUSTED: too many start orders are waiting.</summary>
    public const string TooManyOrders = "TOO_MANY_ORDERS";

    /// <summary>RESOURCE_EXHAUSTED: too many simulations are waiting.</summary>
    public const string TooManySimulations = "TOO_MANY_SIMULATIONS";

    /// <summary>RESOURCE_EXHAUSTED: too many breaches wait or run, or too many are kept.</summary>
    public const string TooManyBreaches = "TOO_MANY_BREACHES";

    /// <summary>FAILED_PRECONDITION: the runs of two breaches are no pairs, or one of them has not succeeded; the message says why.</summary>
    public const string BreachesNotComparable = "BREACHES_NOT_COMPARABLE";

    /// <summary>INTERNAL, as a breach's error: a run of it could not be made.</summary>
    public const string BreachFailed = "BREACH_FAILED";

    /// <summary>RESOURCE_EXHAUSTED, as a run's error: the run has too many events, or a ring does not come to rest.</summary>
    public const string SimulationTooLong = "SIMULATION_TOO_LONG";

    /// <summary>INVALID_ARGUMENT: the scenario document has faults; each is named with its place.</summary>
    public const string InvalidScenario = "INVALID_SCENARIO";

    /// <summary>INVALID_ARGUMENT: the definition has errors; each is named with its file and place.</summary>
    public const string InvalidDefinition = "INVALID_DEFINITION";

    /// <summary>FAILED_PRECONDITION: another definition is in force than the caller expected.</summary>
    public const string DefinitionMoved = "DEFINITION_MOVED";

    /// <summary>UNAVAILABLE: another changed definition is just coming into force.</summary>
    public const string DefinitionWaiting = "DEFINITION_WAITING";

    /// <summary>UNAUTHENTICATED: this needs a credential, and none was shown.</summary>
    public const string CredentialMissing = "CREDENTIAL_MISSING";

    /// <summary>UNAUTHENTICATED: the credential is none of this server; nobody is told which part of it was wrong.</summary>
    public const string CredentialInvalid = "CREDENTIAL_INVALID";

    /// <summary>UNAUTHENTICATED: the credential has expired; a running stream ends with it.</summary>
    public const string CredentialExpired = "CREDENTIAL_EXPIRED";

    /// <summary>UNAUTHENTICATED: the credential has been revoked; a running stream ends with it.</summary>
    public const string CredentialRevoked = "CREDENTIAL_REVOKED";

    /// <summary>PERMISSION_DENIED: none of the caller's roles may do this.</summary>
    public const string RoleMissing = "ROLE_MISSING";

    /// <summary>PERMISSION_DENIED: the thing lies outside the caller's zones, or does not exist: those who may not see it are not told which.</summary>
    public const string OutOfScope = "OUT_OF_SCOPE";

    /// <summary>RESOURCE_EXHAUSTED: so much was refused from this address or with this credential that refusals are no longer explained.</summary>
    public const string TooManyRefusals = "TOO_MANY_REFUSALS";

    /// <summary>INTERNAL: a fault of ours, logged with the trace id.</summary>
    public const string Internal = "INTERNAL";
}
