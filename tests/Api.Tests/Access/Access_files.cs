using System.Collections.Immutable;
using System.Text;
using CityTwin.Api.Access;
using CityTwin.Core.Access;
using CityTwin.Core.Model;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>The files of permissions and of keys: all faults at once, and nothing taken from a file that has any.</summary>
public sealed class Access_files
{
    [Fact]
    public void Permissions_tell_all_faults_at_once()
    {
        var file = Encoding.UTF8.GetString(AccessServices.ShippedFile.Span)
            .Replace("\"GET /healthz\"", "\"GET /health\"", StringComparison.Ordinal)
            .Replace("\"schemaVersion\": 1", "\"schemaVersion\": 2, \"comment\": 1", StringComparison.Ordinal)
            .Replace("[\"device\"]", "[\"devise\"]", StringComparison.Ordinal);
        var (table, faults) = PermissionFile.Read(Encoding.UTF8.GetBytes(file), AccessActions.All);
        Assert.Null(table);
        Assert.Equal(7, faults.Length);
        Assert.Contains(faults, fault => fault.Message.Contains("'GET /healthz' has no row", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Message.Contains("nothing called 'GET /health'", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Place == "$.schemaVersion");
        Assert.Contains(faults, fault => fault.Place == "$.comment");
        Assert.Equal(3, faults.Count(fault => fault.Place.EndsWith("[0]", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_row_that_is_missing_is_a_fault()
    {
        var (table, faults) = PermissionFile.Read(AccessServices.ShippedFile, new HashSet<string>(AccessActions.All) { "citytwin.v1.ZoneService/NewMethod" });
        Assert.Null(table);
        Assert.Contains("NewMethod", Assert.Single(faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_tell_what_they_say_otherwise_than_before()
    {
        ApiKey Key(string id) => new(id, id, new('0', 64), [new(Roles.Viewer, ZoneScope.Everything)]);
        ImmutableArray<ApiKey> before = [Key("same"), Key("said"), Key("gone"), Key("moved"), Key("back") with { IsRevoked = true }, Key("over") with { IsRevoked = true }];
        ImmutableArray<ApiKey> after =
        [
            Key("new"), Key("dead") with { IsRevoked = true }, Key("same"), Key("said") with { IsRevoked = true },
            Key("moved") with { Grants = [new(Roles.Operator, ZoneScope.Everything)] }, Key("back"),
        ];
        Assert.Equal("added new; revoked said, gone; changed moved, back", KeyChanges.Between(before, after).ToString());
        Assert.Equal("no key that holds is another", KeyChanges.Between(after, [.. after.Reverse()]).ToString());
        Assert.EndsWith("key19 and 5 more", KeyChanges.Between([], [.. Enumerable.Range(0, 25).Select(number => Key($"key{number}"))]).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_read_as_they_are_written_and_hold_no_secret()
    {
        var (key, kept) = ApiKey.Make(
            [1, 2, 3, 4, 5, 6], new byte[ApiKey.SecretBytes], "billing",
            [new(Roles.Viewer | Roles.Planner, ZoneScope.Of(new ZoneId("harbour"))), new(Roles.Guard, ZoneScope.Everything)],
            DateTimeOffset.UnixEpoch.AddDays(20_000));
        var written = KeyFile.Write([kept, kept with { Id = "ffffffffffff", IsRevoked = true, Sensor = new SensorId("camera") }]);
        var (read, faults) = KeyFile.Read(written);
        Assert.Empty(faults);
        Assert.Equal(written, KeyFile.Write(read));
        Assert.True(read[0].Matches(key));
        Assert.False(read[0].Matches(key + "x"));
        Assert.True(read[1].IsRevoked);
        Assert.Equal("camera", read[1].Principal.Sensor?.Value);
        Assert.DoesNotContain(key.Split('_')[2], Encoding.UTF8.GetString(written), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_tell_all_faults_at_once()
    {
        var (_, kept) = ApiKey.Make(new byte[ApiKey.IdBytes], new byte[ApiKey.SecretBytes], "x", [new(Roles.Viewer, ZoneScope.Everything)]);
        var file = Encoding.UTF8.GetString(KeyFile.Write([kept, kept]))
            .Replace("\"viewer\"", "\"anyone\"", StringComparison.Ordinal).Replace("\"*\"", "\"*\", \"harbour\"", StringComparison.Ordinal)
            .Replace(kept.Hash, "secret", StringComparison.Ordinal);
        var (keys, faults) = KeyFile.Read(Encoding.UTF8.GetBytes(file));
        Assert.Empty(keys);
        Assert.Equal(7, faults.Length);
        Assert.Contains("line 1", Assert.Single(KeyFile.Read("{"u8.ToArray()).Faults).Message, StringComparison.Ordinal);
    }
}
