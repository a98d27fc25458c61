using System.Collections.Concurrent;

namespace CityTwin.EndToEnd.Tests.Fuzzing;

/// <summary>What became of the messages: how many had which answer, and the first that had none that is proper.</summary>
internal sealed class Tally
{
    private const int ToldMax = 20;
    private readonly ConcurrentDictionary<string, int> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _wrong = new();
    private int _messages;

    public int Messages => _messages;

    /// <summary>Each with its number, so that the seed gives it again.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    /// <param name="wrong">What the message was, if this is no proper answer to it.</param>
    public void Answered(string answer, string? wrong = null)
    {
        Interlocked.Increment(ref _messages);
        _answers.AddOrUpdate(answer, 1, (_, count) => count + 1);
        if (wrong is not null && _wrong.Count < ToldMax)
        {
            _wrong.Enqueue($"{answer}: {wrong}");
        }
    }

    public override string ToString() => string.Join(", ", _answers.OrderByDescending(answer => answer.Value).Select(answer => $"{answer.Key} {answer.Value}"));
}
