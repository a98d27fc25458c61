using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Import.Format;

namespace CityTwin.Import.Writing;

/// <summary>Writes the members of one thing's object: its plain facts (for a layer), and its rules (for <c>dependencies.json</c>). What is absent or zero by default is left out.</summary>
internal static class EntityWriter
{
    public static void WriteFacts(Utf8JsonWriter writer, Zone zone)
    {
        writer.WriteString(Names.Name, zone.Name);
        writer.WriteString(Names.Kind, CityFormat.ZoneKinds.First(pair => pair.Kind == zone.Kind).Word);
        WriteText(writer, Names.Parent, zone.Parent?.Value);
        writer.WriteNumber(Names.PeopleByDay, zone.PeopleByDay);
        writer.WriteNumber(Names.PeopleByNight, zone.PeopleByNight);
        writer.WriteNumber(Names.TargetSecurityLevel, zone.TargetSecurityLevel);
    }

    public static void WriteFacts(Utf8JsonWriter writer, Segment segment)
    {
        writer.WriteString(Names.Name, segment.Name);
        writer.WriteString(Names.Kind, segment.Kind);
        writer.WriteString(Names.Service, segment.Service.Value);
        WriteText(writer, Names.Zone, segment.Zone?.Value);
    }

    public static void WriteFacts(Utf8JsonWriter writer, Sensor sensor)
    {
        writer.WriteString(Names.Name, sensor.Name);
        writer.WriteString(Names.Kind, sensor.Kind);
        writer.WriteString(Names.Role, CityFormat.SensorRoles.First(pair => pair.Role == sensor.Role).Word);
        writer.WriteString(Names.Zone, sensor.Zone.Value);
        WriteText(writer, Names.Segment, sensor.Segment?.Value);
        WriteText(writer, Names.Unit, sensor.Unit);
        WriteLimits(writer, sensor.Limits);
        if (sensor.Evidence is { } evidence)
        {
            WriteEvidence(writer, evidence);
        }
    }

    public static void WriteFacts(Utf8JsonWriter writer, Guard guard)
    {
        writer.WriteString(Names.Name, guard.Name);
        writer.WriteString(Names.Zone, guard.Zone.Value);
        writer.WriteStartArray(Names.Skills);
        foreach (var skill in guard.Skills)
        {
            writer.WriteStringValue(skill);
        }

        writer.WriteEndArray();
        writer.WriteNumber(Names.SpeedMetresPerSecond, guard.SpeedMetresPerSecond);
    }

    public static void WriteFacts(Utf8JsonWriter writer, BackgroundFeature feature)
    {
        writer.WriteString(Names.Kind, feature.Kind);
        WriteText(writer, Names.Name, feature.Name);
    }

    public static void WriteFacts(Utf8JsonWriter writer, Network network)
    {
        writer.WriteString(Names.Name, network.Name);
        writer.WriteString(Names.Service, network.Service.Value);
    }

    public static void WriteRules(Utf8JsonWriter writer, Segment segment)
    {
        var rule = segment.Rule;
        WriteExpression(writer, Names.Supply, rule.Supply);
        WriteExpression(writer, Names.Needs, rule.Needs);
        if (rule.Backup is { } backup)
        {
            writer.WriteStartObject(Names.Backup);
            WriteBackup(writer, backup);
            writer.WriteEndObject();
        }

        if (rule.RestartLagTicks is { } lag)
        {
            writer.WriteStartObject(Names.Restart);
            writer.WriteNumber(Names.LagSeconds, Seconds(lag));
            writer.WriteEndObject();
        }

        if (rule.Membership is { } membership)
        {
            WriteMembership(writer, membership);
        }

        WriteFlag(writer, Names.NormallyOpen, segment.NormallyOpen);
    }

    public static void WriteBackup(Utf8JsonWriter writer, Backup backup)
    {
        writer.WriteNumber(Names.CoverPermille, backup.CoverPermille);
        writer.WriteNumber(Names.EnduranceSeconds, Seconds(backup.EnduranceTicks));
        if (backup.RechargeTicks is { } recharge)
        {
            writer.WriteNumber(Names.RechargeSeconds, Seconds(recharge));
        }
    }

    public static void WriteRules(Utf8JsonWriter writer, Zone zone)
    {
        writer.WriteStartObject(Names.Services);
        foreach (var service in zone.Services)
        {
            writer.WriteStartObject(service.Service.Value);
            WriteExpression(writer, Names.Level, service.Level);
            if (service.CriticalBelowPermille is { } critical)
            {
                writer.WriteNumber(Names.CriticalBelowPermille, critical);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    public static void WriteRules(Utf8JsonWriter writer, Sensor sensor) =>
        WriteExpression(writer, Names.Availability, sensor.Availability);

    public static void WriteAssumptions(Utf8JsonWriter writer, IEnumerable<Assumption> assumptions)
    {
        var started = false;
        foreach (var assumption in assumptions)
        {
            if (!started)
            {
                writer.WriteStartObject(Names.Assumptions);
                started = true;
            }

            writer.WriteStartObject(assumption.Parameter);
            writer.WriteString(Names.Source, assumption.Source);
            if (assumption.Confidence is { } confidence)
            {
                writer.WriteNumber(Names.Confidence, confidence);
            }

            writer.WriteEndObject();
        }

        if (started)
        {
            writer.WriteEndObject();
        }
    }

    private static void WriteLimits(Utf8JsonWriter writer, SensorLimits limits)
    {
        WriteNumber(writer, Names.Minimum, limits.Minimum);
        WriteNumber(writer, Names.Maximum, limits.Maximum);
        WriteNumber(writer, Names.AlertBelow, limits.AlertBelow);
        WriteNumber(writer, Names.AlertAbove, limits.AlertAbove);
        WriteNumber(writer, Names.Deadband, limits.Deadband == 0 ? null : limits.Deadband);
        WriteCount(writer, Names.AlertDelayMilliseconds, limits.AlertDelayMilliseconds);
        WriteCount(writer, Names.ReportIntervalMilliseconds, limits.ReportIntervalMilliseconds);
        WriteCount(writer, Names.OfflineAfterMilliseconds, limits.OfflineAfterMilliseconds);
        WriteCount(writer, Names.StuckAfterReadings, limits.StuckAfterReadings);
    }

    private static void WriteEvidence(Utf8JsonWriter writer, Evidence evidence)
    {
        writer.WriteStartObject(Names.Evidence);
        writer.WriteStartArray(Names.Points);
        foreach (var point in evidence.Points)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(point.Value);
            writer.WriteNumberValue(point.LevelPermille);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteNumber(Names.TolerancePermille, evidence.TolerancePermille);
        writer.WriteNumber(Names.DisagreeAfterMilliseconds, evidence.DisagreeAfterMilliseconds);
        writer.WriteEndObject();
    }

    private static void WriteMembership(Utf8JsonWriter writer, NetworkMembership membership)
    {
        writer.WriteString(Names.Network, membership.Network.Value);
        if (membership.Ends is { } ends)
        {
            writer.WriteStartArray(Names.Ends);
            writer.WriteStringValue(ends.A.Value);
            writer.WriteStringValue(ends.B.Value);
            writer.WriteEndArray();
        }

        WriteFlag(writer, Names.Source, membership.IsSource);
    }

    private static void WriteExpression(Utf8JsonWriter writer, string name, Expression? expression)
    {
        if (expression is not null)
        {
            writer.WritePropertyName(name);
            ExpressionWriter.Write(writer, expression);
        }
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, double? number)
    {
        if (number is { } value)
        {
            writer.WriteNumber(name, value);
        }
    }

    private static void WriteCount(Utf8JsonWriter writer, string name, long count)
    {
        if (count != 0)
        {
            writer.WriteNumber(name, count);
        }
    }

    private static void WriteFlag(Utf8JsonWriter writer, string name, bool flag)
    {
        if (flag)
        {
            writer.WriteBoolean(name, true);
        }
    }

    private static long Seconds(long ticks)
    {
        Invariant.Hold(ticks % SegmentRule.TicksPerSecond == 0, "The durations of a city definition are whole seconds.");
        return ticks / SegmentRule.TicksPerSecond;
    }
}
