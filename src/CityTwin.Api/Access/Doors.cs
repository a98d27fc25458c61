using CityTwin.Api.Errors;
using CityTwin.Api.Reading;
using CityTwin.Core.Access;
using CityTwin.Core.Audit;
using CityTwin.Core.Model;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace CityTwin.Api.Access;

/// <summary>What was wrong with the credential of a request, where one was shown.</summary>
/// <param name="Reason">One of <see cref="ErrorReason"/>.</param>
internal sealed record CredentialFault(string Reason, string Text);

/// <summary>Asks the one decision for every call, and turns a no into its status, its audit entry and its place in the rate limit.</summary>
internal sealed class Doors(
    PermissionTable table, LiveView live, IAudit audit, RefusalLimit refusals, Guests guests, ApiInstruments instruments, TimeProvider time)
{
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Lets a call in, or throws.</summary>
    /// <param name="action">As in the permission table.</param>
    /// <param name="request">Null where there is no message that names anything.</param>
    /// <exception cref="RpcException">UNAUTHENTICATED, PERMISSION_DENIED or RESOURCE_EXHAUSTED.</exception>
    public CallAccess Admit(HttpContext http, ReadOnlySpan<char> action, IMessage? request)
    {
        var permission = table.Of(action);
        var visit = http.Features.Get<Visit>() ?? throw new InvalidOperationException("Nobody has looked who calls.");
        var caller = visit.Caller;
        var principal = caller is not null ? caller.Principal : visit.Fault is null ? guests.Find(http) : null;
        var now = Now;
        var verdict = AccessRules.May(principal, permission, null, [], now);
        if (verdict == AccessVerdict.Allowed && request is not null && principal is not null
            && (principal.EverywhereRoles & permission.Roles) == 0 && !permission.Roles.HasFlag(Roles.Anyone) && !Targets.CutToSight.Contains(MethodOf(action)))
        {
            var version = live.Current ?? throw ApiErrors.NotReady();
            int[] touched = [.. Targets.NamesIn(request).SelectMany(name => Targets.ZonesOf(version, name)).Distinct()];
            verdict = AccessRules.May(principal, permission, version.Index, touched.Length == 0 ? [AccessRules.WholeCity] : touched, now);
        }

        if (verdict == AccessVerdict.Allowed && caller?.Ended.IsCancellationRequested != true)
        {
            return visit.Access = new(principal, permission);
        }

        if (caller is null && verdict == AccessVerdict.RoleMissing)
        {
            verdict = AccessVerdict.NoCredential;
        }

        throw Refuse(http, caller, permission.Action, string.Join(' ', request is null ? [] : Targets.NamesIn(request)), verdict);
    }

    /// <summary>
    /// Whether a call that was let in may say what a sensor says. A no ends nothing, because a stream speaks for many; it is
    /// entered and counted like every refusal, and no longer entered once there were too many.
    /// </summary>
    /// <exception cref="RpcException">UNAVAILABLE: the city has not been read yet.</exception>
    public bool MaySpeakFor(HttpContext http, CallAccess access, SensorId sensor)
    {
        var city = (live.Current ?? throw ApiErrors.NotReady()).Index;
        var verdict = access.MaySpeakFor(sensor, city, Now);
        if (verdict != AccessVerdict.Allowed)
        {
            _ = Refuse(http, Caller.Of(http), access.Permission.Action, ResourceNames.Of(sensor), verdict);
        }

        return verdict == AccessVerdict.Allowed;
    }

    /// <summary>Why a call that was let in has to end: its credential did.</summary>
    public RpcException Ended(HttpContext http, Caller caller, string action) =>
        Refuse(http, caller, action, "", caller.Principal.Expires <= Now ? AccessVerdict.Expired : AccessVerdict.Allowed);

    /// <summary>Why what was shown to sign in with does not do.</summary>
    /// <param name="caller">Not null when it would have done, but has expired.</param>
    public RpcException NotKnown(HttpContext http, Caller? caller, CredentialFault? fault, string action)
    {
        http.Features.Set(new Visit(null, fault));
        return Refuse(http, caller, action, "", caller is null ? AccessVerdict.NoCredential : AccessVerdict.Expired);
    }

    /// <summary>Reports what nobody waits for.</summary>
    public void Report(HttpContext http, AuditKind kind, string who, string action, string on, string why, StatusCode result) =>
        Report(EntryOf(http, kind, who, action, on, why, result));

    public void Report(AuditEntry entry) => audit.Report(entry);

    /// <summary>The entry of an act of now.</summary>
    public AuditEntry EntryOf(HttpContext http, AuditKind kind, string who, string action, string on, string why, StatusCode result) => new(
        Guid.NewGuid().ToString("N"), Now, who, kind, action, on.Length > 0 ? on : null, why.Length > 0 ? why : null, AddressOf(http), NameOf(result));

    /// <summary>A status as the contract spells it, such as <c>PERMISSION_DENIED</c>.</summary>
    public static string NameOf(StatusCode code) => code == StatusCode.OK ? "OK"
        : string.Concat(code.ToString().Select((letter, at) => at > 0 && char.IsUpper(letter) ? $"_{letter}" : char.ToUpperInvariant(letter).ToString()));

    private static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";

    private RpcException Refuse(HttpContext http, Caller? caller, string action, string on, AccessVerdict verdict)
    {
        if (!refusals.Take(http.Connection.RemoteIpAddress, caller?.Credential))
        {
            instruments.Refused(ErrorReason.TooManyRefusals);
            return ApiErrors.Of(
                StatusCode.ResourceExhausted, ErrorReason.TooManyRefusals, "Too much has been refused from here; wait a minute.");
        }

        var (code, reason, text) = ReasonOf(http, caller, action, verdict);
        instruments.Refused(reason);
        Report(http, AuditKind.Refusal, caller?.Principal.Name ?? "", action, on, caller is null ? reason : $"{reason} ({caller.Credential})", code);
        return ApiErrors.Of(code, reason, text, ("action", action));
    }

    private static (StatusCode Code, string Reason, string Text) ReasonOf(HttpContext http, Caller? caller, string action, AccessVerdict verdict) => verdict switch
    {
        AccessVerdict.NoCredential when http.Features.Get<Visit>()?.Fault is { } fault => (StatusCode.Unauthenticated, fault.Reason, fault.Text),
        AccessVerdict.NoCredential => (
            StatusCode.Unauthenticated, ErrorReason.CredentialMissing, $"{action} needs a credential: 'authorization: Bearer KEY', or in a browser a session by {SignInPage.Path}."),
        AccessVerdict.Expired => (StatusCode.Unauthenticated, ErrorReason.CredentialExpired, "The credential has expired."),
        AccessVerdict.RoleMissing => (StatusCode.PermissionDenied, ErrorReason.RoleMissing, $"None of the roles of '{caller!.Principal.Name}' may do {action}."),
        AccessVerdict.OutOfScope => (
            StatusCode.PermissionDenied, ErrorReason.OutOfScope,
            $"'{caller!.Principal.Name}' may not do {action} there: it is outside the zones that were granted, or does not exist."),
        _ => (StatusCode.Unauthenticated, ErrorReason.CredentialRevoked, "The credential has been revoked."),
    };

    private static string MethodOf(ReadOnlySpan<char> action) => action[(action.LastIndexOf('/') + 1)..].ToString();
}
