using System.Text.Json;
using CityTwin.Core;
using CityTwin.Core.Breaches.Model;
using CityTwin.Import.Format;

namespace CityTwin.Import.Security;

/// <summary>Writes the members of an attack step's object.</summary>
internal static class StepWriter
{
    public static void WriteFacts(Utf8JsonWriter writer, AttackStep step)
    {
        writer.WriteString(Names.Name, step.Name);
        writer.WriteString(SecurityFormat.Asset, step.Asset.Value);
        writer.WriteString(Names.Kind, SecurityFormat.WordOf(SecurityFormat.StepKinds, step.Kind));
        writer.WriteText(SecurityFormat.From, step.From?.Value);
        writer.WriteText(SecurityFormat.To, step.To?.Value);
        writer.WriteText(SecurityFormat.Through, step.Through?.Value);
        writer.WriteText(SecurityFormat.Logic, step.Logic == StepLogic.Any ? null : SecurityFormat.WordOf(SecurityFormat.StepLogics, step.Logic));
        writer.WriteIds(SecurityFormat.Parents, step.Parents);
        writer.WriteDuration(SecurityFormat.Duration, step.Duration);
        writer.WriteEstimate(SecurityFormat.Exists, step.Exists, Estimate.One);
        writer.WriteEstimate(SecurityFormat.Skill, step.Skill, Estimate.Zero);
        writer.WriteList(SecurityFormat.Detections, step.Detections, WriteDetection);
        writer.WriteList(SecurityFormat.Effects, step.Effects, WriteEffect);
        writer.WriteIds(SecurityFormat.Techniques, step.Techniques);
    }

    public static void WriteDetection(Utf8JsonWriter writer, Detection detection)
    {
        writer.WriteStartObject();
        writer.WriteText(SecurityFormat.Sensor, detection.Sensor?.Value);
        writer.WriteEstimate(SecurityFormat.Probability, detection.Probability);
        writer.WriteString(SecurityFormat.At, SecurityFormat.WordOf(SecurityFormat.DetectionPoints, detection.At));
        writer.WriteText(SecurityFormat.Schedule, detection.Schedule?.Value);
        writer.WriteEndObject();
    }

    private static void WriteEffect(Utf8JsonWriter writer, CompromiseEffect effect)
    {
        writer.WriteStartObject();
        switch (effect)
        {
            case LossOfView view:
                writer.WriteStartObject(SecurityFormat.LossOfView);
                writer.WriteIds(Names.Sensors, view.Sensors);
                if (view.IsLying)
                {
                    writer.WriteBoolean(SecurityFormat.Lying, true);
                }

                break;
            case LossOfControl control:
                writer.WriteStartObject(SecurityFormat.LossOfControl);
                writer.WriteIds(Names.Segments, control.Segments);
                break;
            case Manipulation manipulation:
                writer.WriteStartObject(SecurityFormat.Manipulation);
                writer.WriteString(Names.Segment, manipulation.Segment.Value);
                writer.WriteNumber(SecurityFormat.LevelPermille, manipulation.LevelPermille);
                break;
            case ForgedReading forged:
                writer.WriteStartObject(SecurityFormat.ForgedReading);
                writer.WriteString(SecurityFormat.Sensor, forged.Sensor.Value);
                writer.WriteEstimate(SecurityFormat.Believed, forged.Believed);
                writer.WriteDuration(SecurityFormat.ActAfter, forged.ActAfter);
                writer.WriteString(Names.Segment, forged.Segment.Value);
                writer.WriteNumber(SecurityFormat.LevelPermille, forged.LevelPermille);
                break;
            case Disclosure disclosure:
                writer.WriteStartObject(SecurityFormat.Disclosure);
                writer.WriteString(SecurityFormat.RecordClass, disclosure.RecordClass);
                writer.WriteNumber(SecurityFormat.Records, disclosure.Records);
                break;
            case Destruction destruction:
                writer.WriteStartObject(SecurityFormat.Destruction);
                writer.WriteString(Names.Segment, destruction.Segment.Value);
                writer.WriteNumber(SecurityFormat.LevelPermille, destruction.LevelPermille);
                writer.WriteDuration(SecurityFormat.Repair, destruction.Repair);
                break;
            default:
                Invariant.Hold(false, "Every effect of the closed family can be written.");
                break;
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
