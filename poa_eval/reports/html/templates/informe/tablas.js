// Sorting, filtering and arrow keys for the page's tables; without it they read as they stand.
(() => {
  const fold = (text) => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  const make = (tag, parts, options) => {
    const node = Object.assign(document.createElement(tag), options);
    node.append(...parts);
    return node;
  };
  const words = new Intl.Collator('es', { numeric: true });
  const key = (row, column, isNumber) => {
    const cell = row.cells[column];
    const text = cell.textContent.trim();
    return isNumber ? Number(cell.dataset.v ?? (/^\d/.test(text) ? parseFloat(text) : NaN)) : text;
  };
  const compare = (a, b) => {
    if (typeof a === 'string') return words.compare(a, b);
    return a - b;
  };

  const index = document.querySelector('.indice details');
  if (index) {
    const wide = matchMedia('(min-width: 78rem)');
    const follow = () => { index.open = wide.matches; };
    wide.addEventListener('change', follow);
    follow();
  }

  // The sources of a table are one tab stop; arrow keys go from one to the next, or along the column.
  const sourced = '[tabindex][title]';
  const keepOne = (box, wanted) => {
    const seen = [...box.querySelectorAll(sourced)].filter((node) => node.checkVisibility());
    const stop = wanted ?? seen.find((node) => node.tabIndex === 0) ?? seen[0];
    for (const node of box.querySelectorAll(sourced)) node.tabIndex = node === stop ? 0 : -1;
    return seen;
  };
  const boxes = [...document.querySelectorAll('.tabla, .contexto')].filter((box) => box.querySelector(sourced));
  document.documentElement.classList.add('flechas');
  for (const box of boxes) {
    box.removeAttribute('tabindex');
    keepOne(box);
    box.addEventListener('focusin', ({ target }) => { if (target.matches(sourced)) keepOne(box, target); });
    box.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const { target } = event;
      if (!step || event.altKey || event.ctrlKey || event.metaKey || !target.matches(sourced)) return;
      event.preventDefault();
      const place = (node) => (/Up|Down/.test(event.key) ? node.closest('td, th')?.cellIndex : 0);
      const line = keepOne(box, target).filter((node) => place(node) === place(target));
      line[line.indexOf(target) + step]?.focus();
    });
  }

  for (const table of document.querySelectorAll('table.poa')) {
    const bodies = [...table.tBodies];
    const rows = bodies.flatMap((body) => [...body.rows].filter((row) => row.cells.length > 1));
    if (rows.length < 4) continue;
    const home = new Map(rows.map((row) => [row, row.parentNode]));
    const group = (row) => home.get(row).querySelector('[scope=rowgroup]')?.textContent ?? '';
    for (const row of rows) if (group(row)) row.cells[0].dataset.grupo = group(row);
    const heads = [...table.querySelectorAll('th[data-c]')];
    table.classList.toggle('ordenable', heads.length > 0);

    const sort = (head) => {
      const turn = { ascending: 'descending', descending: null }[head.ariaSort];
      const way = turn === undefined ? 'ascending' : turn;
      for (const other of heads) other.ariaSort = null;
      head.ariaSort = way;
      table.classList.toggle('plana', way !== null);
      if (way === null) return rows.forEach((row) => home.get(row).append(row));
      const isNumber = head.classList.contains('num');
      const keyed = rows.map((row) => [key(row, head.dataset.c, isNumber), row]);
      const known = keyed.filter(([value]) => value === value).sort(([a], [b]) => compare(a, b) * (way === 'ascending' ? 1 : -1));
      const unknown = keyed.filter(([value]) => value !== value);
      bodies[0].append(...[...known, ...unknown].map(([, row]) => row));
    };
    for (const head of heads) {
      const button = make('button', [make('span', [head.dataset.g ? `${head.dataset.g}: ` : ''], {}), head.textContent], { type: 'button' });
      button.addEventListener('click', () => sort(head));
      head.replaceChildren(button);
    }

    if (rows.length < 10) continue;
    const input = make('input', [], { type: 'search', autocomplete: 'off' });
    input.setAttribute('aria-label', `Filtrar: ${table.caption.textContent}`);
    const count = make('output', []);
    const bar = make('div', [make('label', ['Filtrar', input], {}), count], { className: 'filtro' });
    const filter = () => {
      const asked = fold(input.value).split(/\s+/).filter(Boolean);
      const text = (row) => fold(`${row.textContent} ${group(row)}`);
      for (const row of rows) row.hidden = !asked.every((word) => text(row).includes(word));
      for (const body of bodies) {
        const title = body.querySelector('[scope=rowgroup]');
        if (title) title.parentNode.hidden = rows.every((row) => home.get(row) !== body || row.hidden);
      }
      const shown = rows.filter((row) => !row.hidden).length;
      count.value = asked.length ? `${shown} de ${rows.length} filas` : `${rows.length} filas`;
      bar.classList.toggle('activo', asked.length > 0);
      table.classList.toggle('filtrada', asked.length > 0);
      keepOne(table);
    };
    input.addEventListener('input', filter);
    filter();
    table.parentNode.before(bar);
  }
})();
