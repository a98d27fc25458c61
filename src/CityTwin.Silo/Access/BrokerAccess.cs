using System.Security.Cryptography;
using CityTwin.Api.Access;
using CityTwin.Api.Errors;
using CityTwin.Api.Reading;
using CityTwin.Core.Access;
using CityTwin.Core.Audit;
using CityTwin.Core.Views;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using CityTwin.Ingest;

namespace CityTwin.Silo.Access;

/// <summary>
/// The same keys and the same table at the embedded broker: a device shows its key as the password. Rights on topics follow
/// from the city in force.
/// </summary>
internal static class BrokerAccess
{
    /// <summary>The key of the silo's own feed: it speaks for every sensor, and hears what others say of switches.</summary>
    public static MqttCredentials GiveFeed(KeyRing keys)
    {
        var (key, kept) = ApiKey.Make(
            RandomNumberGenerator.GetBytes(ApiKey.IdBytes), RandomNumberGenerator.GetBytes(ApiKey.SecretBytes), "feed",
            [new(Roles.Device | Roles.Auditor, ZoneScope.Everything)]);
        keys.Add(kept);
        return new("feed", key);
    }

    public static BrokerDoor Door(KeyRing keys, PermissionTable table, LiveView live, IAudit audit, RefusalLimit refusals, ApiInstruments instruments, TimeProvider time) => new(
        (_, password) => keys.Holder(password) is { } holder && !(holder.Expires <= time.GetUtcNow()) ? holder : null,
        principal => keys.IsGood(principal) && !(principal.Expires <= time.GetUtcNow()),
        (principal, topic) => Index(live) is { } city && keys.IsGood(principal)
            && TopicRules.MayPublish(principal, table, city, topic, time.GetUtcNow()) == AccessVerdict.Allowed,
        (principal, filter) => Index(live) is { } city && keys.IsGood(principal)
            && TopicRules.MaySubscribe(principal, table, city, filter, time.GetUtcNow()) == AccessVerdict.Allowed,
        (principal, action, from) =>
        {
            // Written down as long as it is at the other doors: a device in a loop must not fill the log.
            // Who is known is counted by name alone, or one device would use up what all behind its address may have refused.
            if (!(principal is null ? refusals.Take(from, null) : refusals.Take(principal.Name)))
            {
                instruments.Refused(ErrorReason.TooManyRefusals);
                return;
            }

            instruments.Refused("BROKER");
            // As at the other doors: whose key has been revoked or has run out is known no more.
            var isKnown = principal is not null && keys.IsGood(principal) && !(principal.Expires <= time.GetUtcNow());
            audit.Report(new(
                Guid.NewGuid().ToString("N"), time.GetUtcNow(), principal?.Name ?? "", AuditKind.Refusal, action, null, null, from?.ToString(), isKnown ? "PERMISSION_DENIED" : "UNAUTHENTICATED"));
        });

    /// <summary>Null until the city has been read; until then nobody publishes, and tries again.</summary>
    private static CityIndex? Index(LiveView live) => live.Current?.Index;
}
