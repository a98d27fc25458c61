using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core.Model;
using CityTwin.Import.Format;
using CityTwin.Import.Writing;

namespace CityTwin.Import.Comparing;

/// <summary>
/// One thing as a single JSON object, its facts and rules together, in canonical form: equal bytes mean an equal
/// thing. (The records themselves cannot be asked: two immutable arrays of equal content are not equal.)
/// </summary>
internal sealed class Portrait(City city)
{
    // Properties whose own parts are told one by one.
    private static readonly ImmutableArray<string> Divided =
        [Names.Backup, Names.Restart, Names.Evidence, Names.Services, Names.Assumptions];

    private readonly City _city = CityOrder.Sorted(city);
    private readonly ILookup<string, Assumption> _assumptions =
        city.Assumptions.OrderBy(assumption => assumption.Parameter, StringComparer.Ordinal)
            .ToLookup(assumption => assumption.Feature, StringComparer.Ordinal);

    public byte[] OfCity(City _) => Write(writer =>
    {
        writer.WriteString(Names.Name, _city.Name);
        writer.WriteString(Names.TimeZone, _city.TimeZone);
        writer.WriteBoolean(Names.Sample, _city.IsSample);
    });

    public byte[] Of(Zone zone) => Write(writer =>
    {
        writer.WritePropertyName(Names.Geometry);
        GeometryWriter.WriteArea(writer, zone.Area);
        EntityWriter.WriteFacts(writer, zone);
        EntityWriter.WriteRules(writer, zone with { Services = [.. zone.Services.OrderBy(service => service.Service)] });
        EntityWriter.WriteAssumptions(writer, _assumptions[zone.Id.Value]);
    });

    public byte[] Of(Network network) => Write(writer =>
    {
        EntityWriter.WriteFacts(writer, network);
        EntityWriter.WriteAssumptions(writer, _assumptions[network.Id.Value]);
    });

    public byte[] Of(Segment segment) => Write(writer =>
    {
        writer.WritePropertyName(Names.Geometry);
        GeometryWriter.WritePath(writer, segment.Path);
        EntityWriter.WriteFacts(writer, segment);
        EntityWriter.WriteRules(writer, segment);
        EntityWriter.WriteAssumptions(writer, _assumptions[segment.Id.Value]);
    });

    public byte[] Of(Sensor sensor) => Write(writer =>
    {
        writer.WritePropertyName(Names.Geometry);
        GeometryWriter.WritePoint(writer, sensor.Position);
        EntityWriter.WriteFacts(writer, sensor);
        EntityWriter.WriteRules(writer, sensor);
        EntityWriter.WriteAssumptions(writer, _assumptions[sensor.Id.Value]);
    });

    public byte[] Of(Guard guard) => Write(writer =>
    {
        writer.WritePropertyName(Names.Geometry);
        GeometryWriter.WritePoint(writer, guard.Post);
        EntityWriter.WriteFacts(writer, guard with { Skills = [.. guard.Skills.Order(StringComparer.Ordinal)] });
        EntityWriter.WriteAssumptions(writer, _assumptions[guard.Id.Value]);
    });

    /// <summary>The properties in which two portraits differ; none when they are equal.</summary>
    public static ImmutableArray<string> Differences(byte[] before, byte[] after)
    {
        if (before.AsSpan().SequenceEqual(after))
        {
            return [];
        }

        using var old = JsonDocument.Parse(before);
        using var @new = JsonDocument.Parse(after);
        var names = new SortedSet<string>(StringComparer.Ordinal);
        Compare(old.RootElement, @new.RootElement, "", names);
        return [.. names];
    }

    private static void Compare(JsonElement before, JsonElement after, string prefix, SortedSet<string> names)
    {
        foreach (var name in before.EnumerateObject().Concat(after.EnumerateObject()).Select(member => member.Name).Distinct(StringComparer.Ordinal))
        {
            var wasThere = before.TryGetProperty(name, out var then);
            var isThere = after.TryGetProperty(name, out var now);
            if (wasThere && isThere && JsonElement.DeepEquals(then, now))
            {
                continue;
            }

            if (prefix.Length == 0 && Divided.Contains(name) && wasThere && isThere)
            {
                Compare(then, now, name + ".", names);
            }
            else
            {
                names.Add(prefix + name);
            }
        }
    }

    /// <summary>One object in canonical form.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> writeMembers)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writeMembers(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
