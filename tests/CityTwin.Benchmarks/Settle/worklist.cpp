// The peer of the settle benchmark: a plain queue worklist, down and then up, as one writes it first.
// Reads a graph and a batch of ceilings from standard input; prints the least nanoseconds of a settle,
// the number of evaluations, and a checksum of the levels.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <vector>

struct Component {
    int rank = 1;
    int level = 1000;
    int ceiling = 1000;
    bool queued = false;
    std::vector<int> suppliers;
    std::vector<int> dependents;
};

static std::vector<Component> city;
static std::deque<int> waiting;
static int64_t evaluations = 0;

static void enqueue(int component) {
    if (!city[component].queued) {
        city[component].queued = true;
        waiting.push_back(component);
    }
}

static int evaluate(const Component& component) {
    evaluations++;
    int chosen = 1000;
    if (!component.suppliers.empty()) {
        int levels[8];
        int count = 0;
        for (int supplier : component.suppliers) levels[count++] = city[supplier].level;
        std::nth_element(levels, levels + component.rank - 1, levels + count, std::greater<int>());
        chosen = levels[component.rank - 1];
    }
    return std::min(component.ceiling, chosen);
}

static void sweep(bool down) {
    while (!waiting.empty()) {
        int next = waiting.front();
        waiting.pop_front();
        Component& component = city[next];
        component.queued = false;
        int value = evaluate(component);
        if (down ? value < component.level : value > component.level) {
            component.level = value;
            for (int dependent : component.dependents) enqueue(dependent);
        }
    }
}

int main() {
    int count = 0;
    if (std::scanf("%d", &count) != 1) return 1;
    city.resize(count);
    for (int i = 0; i < count; i++) {
        int suppliers = 0;
        if (std::scanf("%d %d", &city[i].rank, &suppliers) != 2) return 1;
        city[i].suppliers.resize(suppliers);
        for (int& supplier : city[i].suppliers) {
            if (std::scanf("%d", &supplier) != 1) return 1;
            city[supplier].dependents.push_back(i);
        }
    }

    int changes = 0;
    if (std::scanf("%d", &changes) != 1) return 1;
    std::vector<std::pair<int, int>> batch(changes);
    for (auto& change : batch) {
        if (std::scanf("%d %d", &change.first, &change.second) != 2) return 1;
    }

    std::vector<double> times;
    uint64_t checksum = 0;
    for (int run = 0; run < 31; run++) {
        for (Component& component : city) component.level = component.ceiling = 1000;
        evaluations = 0;
        auto begin = std::chrono::steady_clock::now();
        for (auto& change : batch) {
            city[change.first].ceiling = change.second;
            enqueue(change.first);
        }
        sweep(true);
        for (auto& change : batch) enqueue(change.first);
        sweep(false);
        auto end = std::chrono::steady_clock::now();
        times.push_back(std::chrono::duration<double, std::nano>(end - begin).count());
        checksum = 14695981039346656037ull;
        for (const Component& component : city) checksum = (checksum ^ static_cast<uint64_t>(component.level)) * 1099511628211ull;
    }

    std::printf("%.0f %lld %llu\n", *std::min_element(times.begin(), times.end()), static_cast<long long>(evaluations), static_cast<unsigned long long>(checksum));
    return 0;
}
