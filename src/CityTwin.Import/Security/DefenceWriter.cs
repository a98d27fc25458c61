using System.Text.Json;
using CityTwin.Core;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Import.Format;
using CityTwin.Import.Scenarios;
using CityTwin.Import.Writing;

namespace CityTwin.Import.Security;

/// <summary>Writes the members of a defence's object.</summary>
internal static class DefenceWriter
{
    public static void WriteFacts(Utf8JsonWriter writer, Defence defence)
    {
        writer.WriteString(Names.Name, defence.Name);
        writer.WriteString(Names.Kind, defence.Kind);
        writer.WriteEstimate(SecurityFormat.Cost, defence.Cost);
        writer.WriteStartArray(SecurityFormat.Effects);
        foreach (var effect in defence.Effects)
        {
            writer.WriteStartObject();
            writer.WriteStartObject(WordOf(effect));
            Write(writer, effect);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string WordOf(DefenceEffect effect)
    {
        var name = effect.GetType().Name;
        var word = char.ToLowerInvariant(name[0]) + name[1..];
        Invariant.Hold(SecurityFormat.DefenceEffectWords.Contains(word), "Every effect of the closed family can be written.");
        return word;
    }

    private static void Write(Utf8JsonWriter writer, DefenceEffect effect)
    {
        switch (effect)
        {
            case StepDisabled disabled:
                writer.WriteString(SecurityFormat.Step, disabled.Step.Value);
                break;
            case StepRarer rarer:
                writer.WriteString(SecurityFormat.Step, rarer.Step.Value);
                writer.WriteEstimate(SecurityFormat.Factor, rarer.Factor);
                break;
            case StepSlower slower:
                writer.WriteString(SecurityFormat.Step, slower.Step.Value);
                writer.WriteEstimate(SecurityFormat.Factor, slower.Factor);
                break;
            case DetectionAdded added:
                writer.WriteString(SecurityFormat.Step, added.Step.Value);
                writer.WritePropertyName(SecurityFormat.Detection);
                StepWriter.WriteDetection(writer, added.Detection);
                break;
            case GuardAdded added:
                WriteGuard(writer, added.Guard);
                break;
            case BackupAdded added:
                writer.WriteString(SecurityFormat.Target, added.Patch.Target.Value);
                EntityWriter.WriteBackup(writer, added.Patch.Backup);
                break;
            case FeedAdded added:
                writer.WriteString(SecurityFormat.Target, added.Patch.Target.Value);
                writer.WriteString(ScenarioFormat.From, added.Patch.From.Value);
                break;
            case LinkAdded added:
                writer.WriteString(Names.Id, added.Patch.Id.Value);
                writer.WriteIds(Names.Ends, [added.Patch.A, added.Patch.B]);
                break;
            case ResponseFaster faster:
                writer.WriteString(Names.Kind, SecurityFormat.WordOf(SecurityFormat.StepKinds, faster.Kind));
                writer.WriteEstimate(SecurityFormat.Factor, faster.Factor);
                break;
            case NeutralisationBetter better:
                writer.WriteEstimate(SecurityFormat.FailureFactor, better.FailureFactor);
                break;
        }
    }

    private static void WriteGuard(Utf8JsonWriter writer, Guard guard)
    {
        writer.WriteString(Names.Id, guard.Id.Value);
        EntityWriter.WriteFacts(writer, guard);
        writer.WriteNumber(Names.Longitude, guard.Post.Longitude);
        writer.WriteNumber(Names.Latitude, guard.Post.Latitude);
    }
}
