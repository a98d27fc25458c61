using System.Globalization;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>Replays for people at a terminal.</summary>
public static class ReplayText
{
    /// <summary>So many counterfactuals are told.</summary>
    public const int CounterfactualsTold = 8;

    public static void Write(TextWriter writer, Replay replay)
    {
        var (scenario, words) = (replay.Job.Scenario, new ReplayWords(replay));
        Line(writer, $"{scenario.Name}: run {replay.Number:N0} of seed {scenario.Seed}, as {new BreachNames(replay.City).Profile(scenario.Profile.Value)}, given that someone tries");
        if (scenario.About.Length > 0)
        {
            writer.WriteLine(scenario.About);
        }

        writer.WriteLine();
        foreach (var (at, text) in words.Tale())
        {
            Line(writer, $"{ReplayWords.Clock(at),9}  {text}");
        }

        writer.WriteLine();
        writer.WriteLine(words.Outcome());
        WriteCounterfactuals(writer, replay, words);
        writer.WriteLine();
        Line(writer, $"Definition {replay.City.Hash.Value[..12]}, rules {replay.RulesVersion}; the same command tells the same story.");
    }

    private static void WriteCounterfactuals(TextWriter writer, Replay replay, ReplayWords words)
    {
        var telling = replay.Counterfactuals.Where(one => one.ChangesAnything).ToList();
        writer.WriteLine();
        writer.WriteLine(telling.Count > 0
            ? "With the same luck and one thing changed:"
            : "With the same luck, no single change that was tried makes a difference.");
        foreach (var one in telling.Take(CounterfactualsTold))
        {
            Line(writer, $"  {words.Sentence(one)}");
        }

        if (replay.Counterfactuals.Length > 0)
        {
            Line(writer, $"Of {replay.Counterfactuals.Length} changes tried {telling.Count} make a difference here{(replay.IsCutShort ? "; more could be tried" : "")}. One run is an example: breach rank tells what helps over many.");
        }
    }

    private static void Line(TextWriter writer, FormattableString text) => writer.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
