using System.Text;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Kept;
using CityTwin.Testing.Breaches;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Kept;

/// <summary>Parts of a breach that travel as states, in any order and any grouping, and are sometimes lost.</summary>
public sealed class Parts
{
    private const int Runs = 2_600;
    private static readonly BreachJob Job = SmallBreach.Job(Runs, draws: 3);
    private static readonly BreachPart[] Done = [.. Enumerable.Range(0, BreachJob.PartsOf(Runs)).Select(part => Job.Run(part))];
    private static readonly string Expected = Encoding.UTF8.GetString(SmallBreach.Report(Job));

    [Fact]
    public void A_part_comes_back_from_its_state() => Assert.All(
        Done, part => Assert.Equal(Text(part), Text(BreachPart.Of(Job, part.ToState()))));

    [Fact]
    public void States_merge_in_any_order_and_grouping_to_the_report_of_one_thread() =>
        Gen.Shuffle(Enumerable.Range(0, Done.Length).ToArray()).Select(Gen.Int[1, Done.Length]).Sample((order, groups) =>
        {
            var merged = order.Chunk((order.Length + groups - 1) / groups)
                .Select(group => group.Select(part => BreachPart.Of(Job, Done[part].ToState())).Aggregate(Merge).ToState())
                .Select(state => BreachPart.Of(Job, state)).Aggregate(Merge);
            return Text(merged) == Expected;
        }, iter: 50);

    [Fact]
    public void A_book_counts_every_part_once_whatever_is_lost_repeated_late_or_begun_again() =>
        Gen.Int[0, 5].Array[400].Sample(course =>
        {
            var rule = Rule(0);
            var (book, held) = (new PartBook(Job, rule), new List<int>());
            foreach (var turn in course.TakeWhile(_ => book.Answer is null))
            {
                switch (turn)
                {
                    case 0 when held.Count > 0: // the coordinator dies
                        (book, held) = (new(Job, rule, book.ToProgress()), []);
                        break;
                    case 1 when held.Count > 0: // a silo dies, and its answer comes after all
                        book.GiveBack(held[^1]);
                        book.Take(held[^1], Done[held[^1]].ToState());
                        held.RemoveAt(held.Count - 1);
                        break;
                    case 2 or 3 when held.Count > 0:
                        book.Take(held[^1], Done[held[^1]].ToState());
                        book.Take(held[^1], Done[held[^1]].ToState());
                        held.RemoveAt(held.Count - 1);
                        break;
                    default:
                        held.AddRange(book.HandOut() is { } part ? [part] : []);
                        break;
                }
            }

            while (book.Answer is null)
            {
                held.AddRange(book.HandOut() is { } part ? [part] : []);
                book.Take(held[0], Done[held[0]].ToState());
                held.RemoveAt(0);
            }

            return book.HandOut() is null && Text(book.Answer) == Expected;
        }, iter: 50);

    [Theory]
    [InlineData(0.2, 1_000)]
    [InlineData(0.03, 2_000)]
    [InlineData(0.001, Runs)]
    public void A_book_stops_at_the_look_where_one_thread_stops(double halfWidth, int expected)
    {
        var book = new PartBook(Job, Rule(halfWidth));
        while (book.Answer is null)
        {
            var part = book.HandOut()!.Value;
            book.Take(part, Done[part].ToState());
        }

        Assert.Equal(expected, book.Runs);
        Assert.Equal(
            Encoding.UTF8.GetString(SmallBreach.Report(Job, Rule(halfWidth))),
            Encoding.UTF8.GetString(BreachReportJson.Write(BreachReport.Of(Job, book.Answer, Rule(halfWidth)))));
    }

    private static StoppingRule Rule(double halfWidth) => new(BreachReport.DefaultConfidence, halfWidth, Runs);

    private static string Text(BreachPart part) => Encoding.UTF8.GetString(BreachReportJson.Write(BreachReport.Of(Job, part, Rule(0))));

    private static BreachPart Merge(BreachPart one, BreachPart other)
    {
        one.Merge(other);
        return one;
    }
}
