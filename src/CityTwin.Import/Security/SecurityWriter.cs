using System.Text.Json;
using CityTwin.Core.Breaches.Model;
using CityTwin.Import.Format;
using CityTwin.Import.Writing;

namespace CityTwin.Import.Security;

/// <summary>Writes <c>security.json</c>, and the members of each of its things' objects. What is absent or so by default is left out.</summary>
internal static class SecurityWriter
{
    public static void Write(SecurityModel model, Action<ReadOnlySpan<byte>> into)
    {
        using var file = new LineFile(into);
        file.Frame($$"""{"{{SecurityFormat.Currency}}":"{{model.Currency}}","{{SecurityFormat.PersonsPerConnection}}":""");
        file.One(writer => writer.WriteEstimateValue(model.PersonsPerConnection));
        file.Frame($$""",{{'\n'}}"{{SecurityFormat.Response}}":""");
        file.One(writer => Object(writer, model.Response, WriteFacts));
        Map(file, ",\n", Names.Zones, model.Zones, zone => zone.Id.Value, WriteFacts);
        Map(file, "\n},\n", SecurityFormat.Conduits, model.Conduits, conduit => conduit.Id.Value, WriteFacts);
        Map(file, "\n},\n", SecurityFormat.Assets, model.Assets, asset => asset.Id.Value, WriteFacts);
        Map(file, "\n},\n", SecurityFormat.Areas, model.Areas, area => area.Id.Value, WriteFacts);
        Map(file, "\n},\n", SecurityFormat.Schedules, model.Schedules, schedule => schedule.Id.Value, WriteFacts);
        Map(file, "\n},\n", SecurityFormat.Steps, model.Steps, step => step.Id.Value, StepWriter.WriteFacts);
        Map(file, "\n},\n", SecurityFormat.Profiles, model.Profiles, profile => profile.Id.Value, WriteFacts);
        Map(file, "\n},\n", SecurityFormat.Defences, model.Defences, defence => defence.Id.Value, DefenceWriter.WriteFacts);
        file.Frame("\n}}\n");
    }

    /// <summary>What the model says of the city as a whole.</summary>
    public static void WriteWhole(Utf8JsonWriter writer, SecurityModel model)
    {
        writer.WriteString(SecurityFormat.Currency, model.Currency);
        writer.WriteEstimate(SecurityFormat.PersonsPerConnection, model.PersonsPerConnection);
        writer.WriteStartObject(SecurityFormat.Response);
        WriteFacts(writer, model.Response);
        writer.WriteEndObject();
    }

    private static void WriteFacts(Utf8JsonWriter writer, ResponsePlan plan)
    {
        WriteResponse(writer, SecurityFormat.Cyber, plan.Cyber);
        WriteResponse(writer, SecurityFormat.Physical, plan.Physical);
        writer.WriteDuration(SecurityFormat.Switching, plan.Switching);
        writer.WriteDuration(SecurityFormat.Crew, plan.Crew);
        writer.WriteDuration(SecurityFormat.Turnout, plan.Turnout);
        writer.WriteText(SecurityFormat.GuardsOnDuty, plan.GuardsOnDuty?.Value);
    }

    public static void WriteFacts(Utf8JsonWriter writer, SecurityZone zone)
    {
        writer.WriteString(Names.Name, zone.Name);
        writer.WriteNumber(SecurityFormat.TargetLevel, zone.TargetLevel);
        writer.WriteNumber(SecurityFormat.AchievedLevel, zone.AchievedLevel);
        writer.WriteIds(SecurityFormat.Places, zone.Places);
    }

    public static void WriteFacts(Utf8JsonWriter writer, Conduit conduit)
    {
        writer.WriteString(Names.Name, conduit.Name);
        writer.WriteString(SecurityFormat.From, conduit.From.Value);
        writer.WriteString(SecurityFormat.To, conduit.To.Value);
        writer.WriteNumber(SecurityFormat.TargetLevel, conduit.TargetLevel);
        writer.WriteNumber(SecurityFormat.AchievedLevel, conduit.AchievedLevel);
        writer.WriteList(SecurityFormat.Carries, conduit.Carries, (item, carried) =>
        {
            item.WriteStartObject();
            item.WriteString(Names.Segment, carried.Segment.Value);
            item.WriteNumber(SecurityFormat.LevelPermille, carried.LevelPermille);
            item.WriteEndObject();
        });
    }

    public static void WriteFacts(Utf8JsonWriter writer, Asset asset)
    {
        writer.WriteString(Names.Name, asset.Name);
        writer.WriteString(Names.Kind, asset.Kind);
        writer.WriteText(Names.Zone, asset.Zone?.Value);
        writer.WriteText(SecurityFormat.Place, asset.Place?.Value);
        writer.WriteIds(Names.Segments, asset.Segments);
        writer.WriteIds(Names.Sensors, asset.Sensors);
    }

    public static void WriteFacts(Utf8JsonWriter writer, Area area)
    {
        writer.WriteString(Names.Name, area.Name);
        writer.WriteString(Names.Zone, area.Zone.Value);
        writer.WriteNumber(Names.Longitude, area.Position.Longitude);
        writer.WriteNumber(Names.Latitude, area.Position.Latitude);
    }

    public static void WriteFacts(Utf8JsonWriter writer, Schedule schedule)
    {
        writer.WriteString(Names.Name, schedule.Name);
        writer.WriteEstimate(SecurityFormat.Otherwise, schedule.Otherwise, Estimate.Zero);
        writer.WriteList(SecurityFormat.Spans, schedule.Spans, (item, span) =>
        {
            item.WriteStartObject();
            item.WriteIds(SecurityFormat.Days, [.. span.Days.Select(day => SecurityFormat.WordOf(SecurityFormat.Weekdays, day))]);
            item.WriteString(SecurityFormat.From, TimeOfDay(span.FromMinute));
            item.WriteString(SecurityFormat.To, TimeOfDay(span.ToMinute));
            item.WriteEstimate(Names.Share, span.Share);
            item.WriteEndObject();
        });
    }

    public static void WriteFacts(Utf8JsonWriter writer, AdversaryProfile profile)
    {
        writer.WriteString(Names.Name, profile.Name);
        writer.WriteString(Names.Kind, profile.Kind);
        writer.WriteEstimate(SecurityFormat.Skill, profile.Skill);
        writer.WriteEstimate(SecurityFormat.Speed, profile.Speed, Estimate.One);
        writer.WriteNumber(SecurityFormat.Hands, profile.Hands);
        writer.WriteString(SecurityFormat.Knowledge, SecurityFormat.WordOf(SecurityFormat.KnowledgeWords, profile.Knowledge));
        writer.WriteIds(SecurityFormat.Entries, profile.Entries);
        writer.WriteText(SecurityFormat.Start, profile.Start?.Value);
        writer.WriteEstimate(SecurityFormat.Neutralisation, profile.Neutralisation);
        writer.WriteIds(SecurityFormat.GuardSkills, profile.GuardSkills);
    }

    private static void Map<T>(
        LineFile file, string before, string name, IEnumerable<T> things, Func<T, string> idOf, Action<Utf8JsonWriter, T> write)
    {
        file.Frame($$"""{{before}}"{{name}}":{""");
        file.Lines(things, (writer, thing) => Object(writer, thing, write), idOf);
    }

    private static void Object<T>(Utf8JsonWriter writer, T thing, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartObject();
        write(writer, thing);
        writer.WriteEndObject();
    }

    private static void WriteResponse(Utf8JsonWriter writer, string name, Response response)
    {
        writer.WriteStartObject(name);
        writer.WriteEstimate(SecurityFormat.Communication, response.Communication);
        if (response.IsOneCommunication)
        {
            writer.WriteBoolean(SecurityFormat.OneCommunication, true);
        }

        writer.WriteDuration(SecurityFormat.Transmit, response.Transmit);
        writer.WriteDuration(SecurityFormat.Assess, response.Assess);
        if (response.Respond is { } respond)
        {
            writer.WriteDuration(SecurityFormat.Respond, respond);
        }

        writer.WriteEndObject();
    }

    private static string TimeOfDay(int minute) => FormattableString.Invariant($"{minute / 60:00}:{minute % 60:00}");
}
